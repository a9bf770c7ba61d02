import type { UsageRecord } from '@fauna-flags/protocol';
import { type TakenUsage, takenMax, type UsageSource } from './usage-source.ts';

/** What a bearer in the same process records into. */
export interface UsageShelf {
  /** Everything recorded since the last call, oldest first. */
  take(): readonly UsageRecord[];
}

/** Takes usage out of memory. What is not done is handed out again at the next call, since nobody else takes. */
export function memoryUsageSource(shelf: UsageShelf): UsageSource {
  const waiting = new Map<string, UsageRecord>();
  let made = 0;
  let isClosed = false;
  const check = () => {
    if (isClosed) throw new Error('Cannot take usage: this source was closed');
  };
  return {
    async take() {
      check();
      // The shelf is bounded and drops what is oldest; this hands over no more than it must.
      if (waiting.size < takenMax) for (const record of shelf.take()) waiting.set(String(made++), record);
      const taken: TakenUsage[] = [];
      for (const [handle, record] of waiting) {
        if (taken.length === takenMax) break;
        taken.push({ handle, record });
      }
      return taken;
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
