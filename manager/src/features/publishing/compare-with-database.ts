import {
  compareStored,
  parseStoredPosition,
  type ReceivedHeartbeat,
  type StoredPosition,
} from '@fauna-flags/protocol';
import type { Outbox } from './outbox.ts';
import type { PublishStore } from './publish-store.ts';
import { askStore } from './store-failure.ts';

/** What a comparison of everything that was delivered with the database finds. */
export interface Comparison {
  /** Documents that lie in the store as the database has them. */
  readonly delivered: ReadonlyMap<string, StoredPosition>;
  /** Documents that the store lacks, or has otherwise. */
  readonly wanting: readonly string[];
  /** The furthest position of each document that a bearer serves and the database cannot have given. */
  readonly lost: ReadonlyMap<string, { readonly position: StoredPosition; readonly bearerId: string }>;
}

/**
 * Compares the database with the store and with what bearers serve. A bearer may be the only one who still knows of a
 * commit: the store has been emptied, and the database has lost it.
 *
 * The database is read after both have been seen: everything that was delivered was committed before, so whatever the
 * database lacks then is lost and not only late.
 */
export async function compareWithDatabase({
  store,
  outbox,
}: {
  readonly store: Pick<PublishStore, 'positions' | 'heartbeats'>;
  readonly outbox: Pick<Outbox, 'positions'>;
}): Promise<Comparison> {
  const [stored, heartbeats] = await askStore(() => Promise.all([store.positions(), store.heartbeats()]));
  const committed = await outbox.positions();
  const delivered = new Map<string, StoredPosition>();
  const wanting: string[] = [];
  for (const [documentId, position] of committed) {
    const there = stored.get(documentId);
    if (there !== undefined && compareStored(position, there) === 'same') delivered.set(documentId, there);
    else wanting.push(documentId);
  }
  return { delivered, wanting, lost: lostAmong(heartbeats, committed) };
}

function lostAmong(
  heartbeats: readonly ReceivedHeartbeat[],
  committed: ReadonlyMap<string, StoredPosition>,
): Comparison['lost'] {
  const lost = new Map<string, { readonly position: StoredPosition; readonly bearerId: string }>();
  for (const { heartbeat } of heartbeats)
    for (const [documentId, document] of Object.entries(heartbeat.documents)) {
      const position = parseStoredPosition(document.position);
      const ours = committed.get(documentId);
      if (position === undefined || ours === undefined || !isBehind(ours, position)) continue;
      const known = lost.get(documentId);
      if (known === undefined || compareStored(position, known.position) === 'newer')
        lost.set(documentId, { position, bearerId: heartbeat.id });
    }
  return lost;
}

function isBehind(committed: StoredPosition, served: StoredPosition): boolean {
  const order = compareStored(committed, served);
  return order === 'older' || order === 'fork';
}
