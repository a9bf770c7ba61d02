import type { OpenStream } from './open-stream.ts';

/** How a stream stands that was seen to have something pending. */
interface Pending {
  bytes: number;
  /** Since when its reader has taken nothing. */
  since: number;
}

/**
 * Looks after the streams whose readers have something to take, and nobody else: with ten thousand open streams these are
 * a few, and what is known of them is forgotten as soon as they have taken it.
 */
export class PendingWatch {
  readonly #pending = new Map<OpenStream, Pending>();
  readonly #undrainedMsMax: number;

  /** `undrainedMsMax` is how long a reader may take nothing of what is there. */
  constructor(undrainedMsMax: number) {
    this.#undrainedMsMax = undrainedMsMax;
  }

  /** Looks after a stream from now on; one that is looked after already goes on as it was. */
  add(stream: OpenStream, now: number): void {
    if (!this.#pending.has(stream)) this.#pending.set(stream, { bytes: stream.pendingBytes, since: now });
  }

  delete(stream: OpenStream): void {
    this.#pending.delete(stream);
  }

  /** Those that have taken nothing for too long. */
  late(now: number): readonly OpenStream[] {
    const late: OpenStream[] = [];
    for (const [stream, pending] of this.#pending) {
      const bytes = stream.pendingBytes;
      if (bytes === 0) {
        this.#pending.delete(stream);
        continue;
      }
      if (bytes < pending.bytes) pending.since = now;
      pending.bytes = bytes;
      if (now - pending.since >= this.#undrainedMsMax) late.push(stream);
    }
    return late;
  }
}
