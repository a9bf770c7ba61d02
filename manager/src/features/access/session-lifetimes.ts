const hourMs = 60 * 60 * 1000;

/** How long a session lasts. */
export const sessionLifetimes = {
  /** Unused for so long, it is over: the browser of somebody who went home. */
  idleMs: 12 * hourMs,
  /** Over in any case, so that a stolen cookie is not good for ever. */
  absoluteMs: 7 * 24 * hourMs,
  /** How exactly its last use is known. A write for every request would buy nothing. */
  touchMs: 60_000,
} as const;
