import type { Context } from '@fauna-flags/core';
import type { ConnectionOptions } from '@fauna-flags/core/link';
import type { ClientFlag } from './flags.ts';
import type { StorageLike } from './state-cache.ts';

/** What a client is made of. The key is a client key: public, it can only ever obtain values of client-visible flags. */
export interface ClientOptions extends ConnectionOptions {
  /** The user; `{}` when absent. Copied: later changes need `identify`. */
  readonly context?: Context;
  /** What your server has signed of the user (`signContext` of `@fauna-flags/node`), for environments that ask for it. */
  readonly signedContext?: string;
  /** Where the last state is kept; `localStorage` when absent and present there, `null` for nowhere. */
  readonly storage?: StorageLike | null;
  /** A state to begin with, such as an answer of `POST /connect/client` that a server put into the page. */
  readonly bootstrap?: Bootstrap;
}

/** Values for the first context. */
export interface Bootstrap {
  readonly flags: Readonly<Record<string, ClientFlag>>;
  /** Where they stand; makes them win over an older cached state. */
  readonly position?: string;
}

/**
 * The JSON text of a context with sorted members: equal contexts give equal text. Throws a TypeError on what is no object
 * and on what JSON cannot hold.
 */
export function contextText(context: Context): string {
  if (typeof context !== 'object' || context === null || Array.isArray(context))
    throw new TypeError('Cannot use this as a context: it must be an object such as { key: "user-1" }');
  const entries = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(Object.fromEntries(entries));
}

/** `localStorage` where the runtime has one and lets us have it. */
export function defaultStorage(): StorageLike | null {
  try {
    // Typed by hand: programs that are compiled without the DOM's types use this package too.
    return (globalThis as { localStorage?: StorageLike }).localStorage ?? null;
  } catch {
    // Browsers throw on the mere access when the user forbids storage.
    return null;
  }
}
