import type { Snapshot, StoredPosition } from '@fauna-flags/protocol';
import type { Outbox } from './outbox.ts';

/** All documents of the database, for bearers that read from this manager instead of the store. */
export interface OutboxLibrary {
  positions(): Promise<ReadonlyMap<string, StoredPosition>>;
  read(documentId: string): Promise<Snapshot | undefined>;
  /** Hints after each commit of this manager, and four times a second besides: other managers write too. */
  watch(onHint: () => void): () => void;
  /** A commit has happened in this process. */
  nudge(): void;
}

const pollMs = 250;

/** Serves snapshots as they were committed: no store has a part in it. The database is asked only while somebody watches. */
export function outboxLibrary({
  outbox,
  schedule,
  random,
}: {
  readonly outbox: Pick<Outbox, 'positions' | 'read'>;
  /** Calls back once after `delayMs` and answers how to call it off. */
  readonly schedule: (callback: () => void, delayMs: number) => () => void;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}): OutboxLibrary {
  const watches = new Set<() => void>();
  let cancelPoll = () => {};
  const nudge = () => {
    for (const onHint of [...watches]) onHint();
  };
  const poll = () => {
    cancelPoll = schedule(
      () => {
        nudge();
        poll();
      },
      pollMs * (0.5 + random() / 2),
    );
  };
  return {
    positions: () => outbox.positions(),
    read: (documentId) => outbox.read(documentId),
    watch(onHint) {
      // Wrapped, so that one function that watches twice can end once.
      const own = () => onHint();
      watches.add(own);
      if (watches.size === 1) poll();
      return () => {
        if (watches.delete(own) && watches.size === 0) cancelPoll();
      };
    },
    nudge,
  };
}
