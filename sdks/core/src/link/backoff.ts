/** The base of the exponential law. */
export const retryMsDefault = 1_000;
/** Delays stop growing here: a server that is back is found within half a minute. */
const backoffMsMax = 30_000;
/** How many times longer than all waits before it the next one may be, beyond the base. */
const waitedFactor = 4;
/** No server may send an SDK to sleep for longer than this. */
const serverDelayMsMax = 300_000;
/** How long a request that cannot succeed rests, on average. */
const extendedDelayMs = 300_000;

/** What decides how long to wait before the next attempt. */
export interface Backoff {
  /** Attempts that failed since the link was last healthy; with several base URLs, whole rounds over them. */
  readonly failures: number;
  /** The delays since then, together. */
  readonly waitedMs: number;
  /** `retry:` of the server, already bounded. */
  readonly retryMs: number;
  /** `Retry-After` of the failed answer. */
  readonly retryAfterMs?: number | undefined;
  readonly random: () => number;
}

/**
 * Full jitter: anywhere between nothing and 1 s · 2ⁿ, at most 30 s, or `retry:` where that is more. The window that a server
 * names for a crowd spreads the crowd already: doubling it too would keep whoever has met one refused connection away long
 * after the server is back. Nor does the window grow faster than the time that has been waited: whoever draws short delays and is
 * refused four times within a second would else be away for 16 s, though the server is back. A `Retry-After` comes before it, so that clients that were all told the same second still spread.
 */
export function backoffDelayMs({ failures, waitedMs, retryMs, retryAfterMs = 0, random }: Backoff): number {
  const baseMs = Math.min(retryMs, retryMsDefault);
  const grownMs = Math.min(backoffMsMax, baseMs * 2 ** failures, baseMs + waitedFactor * waitedMs);
  const ceilingMs = Math.max(retryMs, grownMs);
  return boundedDelayMs(retryAfterMs) + random() * ceilingMs;
}

/** The regime of a request that cannot succeed (unknown key, wrong kind): 5 min ± 50 %, for ever. */
export function extendedBackoffDelayMs(random: () => number): number {
  return extendedDelayMs * (0.5 + random());
}

/** A delay that a server asked for, within what an SDK grants. */
export function boundedDelayMs(delayMs: number, delayMsMin = 0): number {
  return Math.min(serverDelayMsMax, Math.max(delayMsMin, delayMs));
}

/** Reads `Retry-After` in seconds; dates are not read, since nothing says that our clock is right. */
export function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^\d+$/.test(header) ? Number(header) * 1000 : undefined;
}
