import { randomUUID } from 'node:crypto';
import type { UsageRecord } from '@fauna-flags/protocol';
import { type TakenUsage, takenMax, type UsageSource } from './usage-source.ts';

/** What a bearer in the same process records into. */
export interface UsageShelf {
  /** What was recorded and not taken yet, oldest first, and at most so many. */
  take(max: number): readonly UsageRecord[];
}

/** Takes usage out of memory. What is not done is handed out again at the next call, since nobody else takes. */
export function memoryUsageSource(shelf: UsageShelf): UsageSource {
  const waiting = new Map<string, UsageRecord>();
  // Some records are written down by their handles, so no other process may make the same.
  const process = randomUUID();
  let made = 0;
  let isClosed = false;
  const check = () => {
    if (isClosed) throw new Error('Cannot take usage: this source was closed');
  };
  return {
    async take() {
      check();
      // The shelf is bounded, and what waits here is not on it any more.
      for (const record of shelf.take(takenMax - waiting.size)) waiting.set(`${process}-${made++}`, record);
      return [...waiting].map(([handle, record]): TakenUsage => ({ handle, record }));
    },
    async done(handles) {
      check();
      for (const handle of handles) waiting.delete(handle);
    },
    async close() {
      isClosed = true;
    },
  };
}
