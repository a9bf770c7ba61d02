import { type BearerApi, createBearerApi } from '@fauna-flags/bearer';
import { nodeClock, nodeCrypto, pinoLog } from '@fauna-flags/bearer/node';
import type { ReceivedHeartbeat, Snapshot, UsageRecord } from '@fauna-flags/protocol';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import {
  otherDatabase,
  outboxLibrary,
  type Publisher,
  type PublishStore,
  postgresHeartbeats,
  postgresOutbox,
  signedDelivery,
  snapshotSigner,
  startPublisher,
  withHeartbeatsOf,
} from '../features/publishing/index.ts';
import type { Database } from '../platform/database/index.ts';
import { schedule } from './schedule.ts';

/** How far ahead of the clock an epoch may be, in seconds: clocks of managers, and what they have lost, differ by less. */
const epochsAheadMax = 24 * 60 * 60;

/** All that takes what was committed out of the database. */
export interface Publishing {
  readonly publisher: Publisher;
  /** Serves bearers straight from the database, whatever becomes of the store. */
  readonly bearerApi: BearerApi;
  /** How all bearers do, wherever they report. */
  readonly heartbeats: () => Promise<readonly ReceivedHeartbeat[]>;
  /** A commit has happened in this process: these documents have a new snapshot, and some of them are known. */
  readonly nudge: (documentIds: readonly string[], snapshots: ReadonlyMap<string, Snapshot>) => void;
}

/** Starts to publish into the store, and to serve those who cannot read from it. */
export async function startPublishing({
  signingKey,
  bearerToken,
  database,
  now,
  log,
  onUsage,
  ...delivery
}: Pick<Config, 'signingKey' | 'bearerToken'> & {
  readonly database: Database;
  readonly store: PublishStore;
  /** Takes what bearers tell of usage that have no store to tell it to. */
  readonly onUsage: (records: readonly UsageRecord[]) => Promise<void>;
  readonly now: () => Date;
  readonly log: Logger;
}): Promise<Publishing> {
  const posted = postgresHeartbeats(database);
  const unsigned = { outbox: postgresOutbox(database), store: withHeartbeatsOf(delivery.store, posted) };
  const { outbox, store } =
    signingKey === undefined ? unsigned : signedDelivery({ ...unsigned, sign: snapshotSigner(signingKey) });
  const publisher = await startPublisher({
    outbox,
    store,
    schedule,
    random: Math.random,
    epochMax: () => Math.floor(now().getTime() / 1_000) + epochsAheadMax,
    noticeOtherDatabase: otherDatabase({ database, now, log }),
    log,
  });
  const library = outboxLibrary({ outbox, schedule, random: Math.random });
  const bearerApi = createBearerApi({
    library,
    token: bearerToken,
    onHeartbeat: (heartbeat) => posted.keep(heartbeat),
    onUsage,
    clock: nodeClock,
    random: Math.random,
    crypto: nodeCrypto,
    log: pinoLog(log),
  });
  return {
    publisher,
    bearerApi,
    heartbeats: () => store.heartbeats(),
    nudge(documentIds, snapshots) {
      publisher.nudge(documentIds.every((documentId) => snapshots.has(documentId)) ? snapshots : undefined);
      library.nudge();
    },
  };
}
