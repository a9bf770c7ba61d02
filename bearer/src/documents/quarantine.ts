import { compareStored, type StoredPosition } from '@fauna-flags/protocol';
import type { DocumentOrigin } from './document-follower-options.ts';
import type { ApplyAttempt } from './snapshot-copies.ts';

/**
 * How long a snapshot is left alone at which a process has died once. Most likely it was innocent: the machine went down in
 * that very moment. So it is tried again, but after a time in which people have seen the alarm.
 */
export const quarantineMs = 10 * 60_000;

/** The same where there is no copy to serve meanwhile: waiting helps nobody then, but a loop must not eat the machine. */
export const quarantineMsWithoutCopy = 10_000;

/** As many deaths at the same position are no accident: it is not tried again, and only another one helps. */
const attemptsMax = 2;

/**
 * Keeps a bearer from the snapshot at which the process before it died, so that poison kills once and not for ever. It holds
 * for exactly that position: anything else is applied as always.
 */
export class Quarantine {
  readonly #attempt: ApplyAttempt | undefined;
  readonly #untilMs: number;

  /** `attempt` is what the process before was applying when it died. */
  constructor({
    attempt,
    hasCopy,
    now,
  }: {
    readonly attempt: ApplyAttempt | undefined;
    readonly hasCopy: boolean;
    readonly now: number;
  }) {
    this.#attempt = attempt;
    // A clock that was ahead when the note was written must not make the wait longer.
    const since = Math.min(attempt?.beganAtMs ?? now, now);
    const waitMs = hasCopy ? quarantineMs : quarantineMsWithoutCopy;
    const deaths = attempt?.attempt ?? 0;
    // None yet: it was a copy, which has gone well before, and a process may be killed for many reasons while it starts.
    if (deaths === 0) this.#untilMs = Number.NEGATIVE_INFINITY;
    else this.#untilMs = deaths >= attemptsMax ? Number.POSITIVE_INFINITY : since + waitMs;
  }

  /** The try that has not gone well, for as long as nothing later has taken its place. */
  get attempt(): ApplyAttempt | undefined {
    return this.#attempt;
  }

  /** Whether this must not be applied now. */
  holds(position: StoredPosition, now: number): boolean {
    return this.#isIt(position) && now < this.#untilMs;
  }

  /** Whether a process has died at another position, and nothing has been applied since that would settle it. */
  warnsOfOther(position: StoredPosition): boolean {
    return this.#attempt !== undefined && this.#attempt.attempt > 0 && !this.#isIt(position);
  }

  /** Which try at this position the next one is; see `ApplyAttempt`. */
  nextAttempt(position: StoredPosition, origin: DocumentOrigin): number {
    if (this.#attempt !== undefined && this.#isIt(position)) return this.#attempt.attempt + 1;
    return origin === 'copy' ? 0 : 1;
  }

  #isIt(position: StoredPosition): boolean {
    return this.#attempt !== undefined && compareStored(position, this.#attempt.position) === 'same';
  }
}
