import { formatPosition } from '@fauna-flags/core/link';
import {
  type BearerDelivery,
  type Delivery,
  parseStoredPosition,
  positionOf,
  type ReceivedHeartbeat,
  type StoredPosition,
} from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { publishState, snapshots } from '../../platform/database/index.ts';
import { findEnvironment } from '../environments/index.ts';
import type { DeliveryDeps } from './operations.ts';

/** Tells how far the newest version of an environment has come; 404 when there is no such environment. */
export async function readDelivery(
  { database, heartbeats, alarms }: DeliveryDeps,
  where: { readonly project: string; readonly environment: string },
): Promise<Delivery> {
  const environment = await findEnvironment(database.read, where);
  const [[snapshot], [published], received] = await Promise.all([
    database.read
      .select({ epoch: snapshots.epoch, version: snapshots.version, hash: snapshots.hash })
      .from(snapshots)
      .where(eq(snapshots.documentId, environment.id)),
    database.read
      .select({ version: publishState.version })
      .from(publishState)
      .where(eq(publishState.documentId, environment.id)),
    heartbeats(),
  ]);
  const bearers = received.map((each) => bearerOf(each, environment.id, snapshot));
  return {
    version: environment.version,
    position: textOf(snapshot),
    deliveredVersion: published?.version ?? null,
    bearers: bearers.sort((a, b) => (a.id < b.id ? -1 : 1)),
    alarms: [...alarms(environment.id)],
  };
}

function bearerOf(
  { heartbeat, ageMs }: ReceivedHeartbeat,
  environmentId: string,
  newest: StoredPosition | undefined,
): BearerDelivery {
  const { id, streams, source, runtime, documents } = heartbeat;
  const document = Object.hasOwn(documents, environmentId) ? documents[environmentId] : undefined;
  const position = parseStoredPosition(document?.position);
  return {
    id,
    version: position?.version ?? null,
    position: textOf(position),
    lag: lagOf(position, newest),
    ageMs: Math.round(ageMs),
    staleMs: document?.staleMs ?? null,
    streams,
    source,
    runtime,
    rejected: textOf(parseStoredPosition(document?.rejected)),
  };
}

/** Versions can only be counted within one history. */
function lagOf(position: StoredPosition | undefined, newest: StoredPosition | undefined): number | null {
  if (position === undefined || newest === undefined || position.epoch !== newest.epoch) return null;
  return Math.max(0, newest.version - position.version);
}

function textOf(position: StoredPosition | undefined): string | null {
  return position === undefined ? null : formatPosition(positionOf(position));
}
