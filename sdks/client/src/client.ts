import type { Context } from '@fauna-flags/core';
import {
  type Answer,
  answer,
  comparePositions,
  createSession,
  type DataFrame,
  type Details,
  parsePosition,
  type SessionEvents,
  type Status,
} from '@fauna-flags/core/link';
import { changedFlags, type Flags, readFlags } from './flags.ts';
import { type ClientOptions, contextText, defaultStorage } from './options.ts';
import { type CachedState, loadState, saveState } from './state-cache.ts';

/** The flags of one user, kept current. */
export interface Client {
  /**
   * Resolves with the first state (network, cache or bootstrap), when the key is refused, or after `initTimeoutMs`. Never
   * rejects.
   */
  ready(): Promise<void>;
  /** The value, or the default when there is none or it has another type. Never throws. */
  get<T>(key: string, fallback: T): Answer<T>;
  /** The value with its variation and reason. Never throws. */
  details<T>(key: string, fallback: T): Details<Answer<T>>;
  /** Adds a listener; the answer removes it. */
  on<Name extends keyof SessionEvents>(
    name: Name,
    listener: (event: SessionEvents[Name]) => void,
  ): () => void;
  /**
   * Changes the user. Resolves when the values of the new context are in, or after `initTimeoutMs`; until they are in
   * the old ones stay. The last call wins, and earlier ones resolve with it. What is no context changes nothing and is an
   * `error` event; it never rejects. A signed context is shown until the next call; the same context with a new one takes
   * the place of one that is about to expire.
   */
  identify(context: Context, signedContext?: string): Promise<void>;
  readonly status: Status;
  /** Ends the connection and every listener; the last values stay readable. */
  close(): void;
}

/** Makes a client and begins to connect. Throws only on a url or a context that can never be one. */
export function createClient(options: ClientOptions): Client {
  const { key, bootstrap } = options;
  const storage = options.storage === undefined ? defaultStorage() : options.storage;
  let context = contextText(options.context ?? {});
  let { signedContext } = options;
  let flags: Flags | undefined;
  /** True while the values are those of an earlier context. */
  let isOutdated = false;
  let savedPosition: string | undefined;
  let isClosed = false;

  const session = createSession({
    connection: options,
    streamPath: '/stream/client',
    pollPath: '/connect/client',
    body: () =>
      signedContext === undefined
        ? `{"context":${context}}`
        : `{"context":${context},"signedContext":${JSON.stringify(signedContext)}}`,
    exact: false,
    apply,
    holds: () => (flags === undefined ? 'nothing' : isOutdated ? 'outdated' : 'current'),
    onFresh() {
      if (storage === null || flags === undefined || savedPosition === session.position) return;
      savedPosition = session.position;
      saveState(storage, key, context, { flags, position: savedPosition });
    },
  });

  function apply({ kind, data }: DataFrame): readonly string[] {
    const received = readFlags(data.flags);
    if (kind === 'put') return replaceFlags(received);
    const next = new Map([...(flags ?? []), ...received]);
    for (const removed of Array.isArray(data.removed) ? data.removed : []) next.delete(removed);
    return replaceFlags(next);
  }

  function replaceFlags(next: Flags): readonly string[] {
    const changed = changedFlags(flags ?? new Map(), next);
    flags = next;
    isOutdated = false;
    return changed;
  }

  /** Begins with the best state at hand, and connects. */
  function begin(state: CachedState | undefined): void {
    savedPosition = state?.position;
    session.start(state && { position: state.position, changed: replaceFlags(state.flags) });
  }

  /** The cached state, or the bootstrap when that is newer or all there is. */
  function firstState(): CachedState | undefined {
    const cached = loadState(storage, key, context);
    if (bootstrap === undefined || (cached !== undefined && !isNewer(bootstrap.position, cached.position)))
      return cached;
    try {
      // Without its position: whether it was made for this very context is not ours to know, so the server sends all.
      return { flags: readFlags(bootstrap.flags), position: undefined };
    } catch (cause) {
      // Later, so that a listener can be there to hear of it.
      queueMicrotask(() => session.report(cause));
      return cached;
    }
  }

  const isReady = session.wait();
  begin(firstState());

  const details: Client['details'] = (name, fallback) => {
    const missing = flags === undefined ? 'PROVIDER_NOT_READY' : 'FLAG_NOT_FOUND';
    return answer(flags?.get(name) ?? { reason: 'ERROR', errorCode: missing }, fallback, session.position);
  };

  return {
    ready: () => isReady,
    get: (name, fallback) => details(name, fallback).value,
    details,
    on: session.on,
    async identify(nextContext, nextSigned) {
      let next: string;
      try {
        next = contextText(nextContext);
      } catch (cause) {
        session.report(cause);
        return;
      }
      const isSame = next === context;
      if (isClosed || (isSame && nextSigned === signedContext && flags !== undefined && !isOutdated)) return;
      const done = session.wait();
      context = next;
      signedContext = nextSigned;
      isOutdated = flags !== undefined && (isOutdated || !isSame);
      begin(loadState(storage, key, next));
      await done;
    },
    get status() {
      return session.status;
    },
    close() {
      isClosed = true;
      session.close();
    },
  };
}

function isNewer(position: string | undefined, than: string | undefined): boolean {
  const [a, b] = [parsePosition(position), parsePosition(than)];
  return a !== undefined && (b === undefined || comparePositions(a, b) === 'newer');
}
