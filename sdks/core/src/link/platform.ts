/** What a link needs of the world; a simulation gives its own. */
export interface LinkPlatform {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds of a clock that never jumps: only differences are used. */
  readonly now: () => number;
  /** Calls back once after the delay; the answer cancels it. */
  readonly setTimer: (callback: () => void, delayMs: number) => () => void;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * The platform of browsers, Node, Deno and Workers, with members of it replaced on request.
 *
 * Timers keep a Node process up, as the open stream does: a program that only watches flags must survive the minute in
 * which its server restarts. `close()` lets it end.
 */
export function systemPlatform(replaced: Partial<LinkPlatform> = {}): LinkPlatform {
  return {
    // Called through globalThis: browsers refuse a detached fetch, and tracing tools replace it later.
    fetch: (url, init) => globalThis.fetch(url, init),
    // The wall clock jumps with NTP and with people; a watchdog on it would cut every stream at once.
    now: () => performance.now(),
    setTimer: (callback, delayMs) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    ...replaced,
  };
}
