import type { UsageRecord } from '@fauna-flags/protocol';

/** A record that was handed out, and the name to say that it is done by. */
export interface TakenUsage {
  readonly handle: string;
  /** Absent where something lay there that is no record. */
  readonly record: UsageRecord | undefined;
}

/** How much is handed out at once: a batch has up to 64 KiB, and up to a thousand counts. */
export const takenMax = 100;

/**
 * Where what bearers tell of usage waits to be written down.
 *
 * `take` hands out at most `takenMax` records, none while nothing waits. Several managers may take; each record is handed
 * to one of them, and to one again when nobody has said for a while that it is done. After `close` every call rejects.
 */
export interface UsageSource {
  take(): Promise<readonly TakenUsage[]>;
  /** These are written down: they are never handed out again. */
  done(handles: readonly string[]): Promise<void>;
  close(): Promise<void>;
}
