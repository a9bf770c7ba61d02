import type { DataFrame } from './frame.ts';
import { createListeners, type Listeners } from './listeners.ts';
import { type LinkPlatform, systemPlatform } from './platform.ts';
import { type LinkState, StreamLink } from './stream-link.ts';

/** How any SDK is told whom to ask. */
export interface ConnectionOptions {
  /** The base URL of a bearer, or several that are tried in order. */
  readonly url: string | readonly string[];
  /** The SDK key. */
  readonly key: string;
  readonly fetch?: LinkPlatform['fetch'];
  /** How long `ready` waits at most; 5 s when absent. */
  readonly initTimeoutMs?: number;
  /** Clock, timers and randomness, for simulations. */
  readonly platform?: Partial<LinkPlatform>;
}

/** Where the values come from: an open stream, polling, an earlier state without a connection, or nowhere. */
export interface Status {
  readonly state: 'live' | 'polling' | 'cached' | 'offline';
  readonly position?: string;
  /** Since the server last said that the values are current; absent when it has not. */
  readonly ageMs?: number;
  /** What last went wrong, until the server is heard again. A refused key is found here. */
  readonly error?: Error;
}

/** What an SDK tells its listeners. */
export interface SessionEvents {
  /** The flags that changed; also when the first state comes. */
  readonly change: { readonly changed: readonly string[] };
  readonly status: Status;
  /** What went wrong: in the network, with the key (both a `LinkError`), or in a listener. The SDK goes on. */
  readonly error: Error;
}

/** What one SDK adds to a session. */
export interface SessionOptions {
  readonly connection: ConnectionOptions;
  readonly streamPath: string;
  readonly pollPath: string;
  readonly body?: () => string;
  readonly exact: boolean;
  /** Makes the state what the frame says and answers the flags that changed; throws when it cannot be read. */
  readonly apply: (frame: DataFrame) => Iterable<string>;
  /** Whether there is a state, and whether it is that of the present request. */
  readonly holds: () => 'nothing' | 'outdated' | 'current';
  /** The server confirmed the present state. */
  readonly onFresh: () => void;
}

/** What all SDKs do alike: wait for the first state, tell listeners, say how they stand. */
export interface Session {
  readonly on: Listeners<SessionEvents>['on'];
  readonly position: string | undefined;
  readonly status: Status;
  /** Connects for a new request; with a state at hand: its position, and what changed by taking it. */
  start(state?: { readonly position: string | undefined; readonly changed: Iterable<string> }): void;
  /** Resolves when the state is current, when it cannot become so (an unknown key), or after the time-out. Never rejects. */
  wait(): Promise<void>;
  /** Tells listeners of a problem. */
  report(problem: unknown): void;
  close(): void;
}

/** Makes a session; `start` connects it. */
export function createSession(options: SessionOptions): Session {
  const { connection, holds } = options;
  const { key, fetch, initTimeoutMs = 5_000 } = connection;
  const platform = systemPlatform({ ...(fetch && { fetch }), ...connection.platform });
  const listeners = createListeners<SessionEvents>((thrown, name) => {
    // Who throws while hearing of errors cannot be told of that one.
    if (name !== 'error') session.report(thrown);
  });
  const waiters = new Set<() => void>();
  const changed = new Set<string>();
  let linkState: LinkState = 'down';
  let freshAt: number | undefined;
  let error: Error | undefined;

  const link = new StreamLink({
    ...options,
    platform,
    urls: baseUrls(connection.url),
    key,
    apply: (frame) => addChanged(options.apply(frame)),
    onFresh() {
      freshAt = platform.now();
      error = undefined;
      settle();
      if (holds() === 'current') options.onFresh();
    },
    onState(state) {
      linkState = state;
      // Whoever hears that the link is back must not read what was wrong before.
      if (state !== 'down') error = undefined;
      settle();
      listeners.emit('status', session.status);
    },
    onError(problem) {
      error = problem;
      listeners.emit('error', problem);
      if (problem.isRefusal) listeners.emit('status', session.status);
      // Nothing better will come within the time-out: an application must not wait for it.
      if (problem.isRefusal) for (const resolve of waiters) resolve();
    },
  });

  function addChanged(keys: Iterable<string>): void {
    for (const key of keys) changed.add(key);
  }

  /** Listeners hear of a change when the whole state stands, its position included; then those who wait go on. */
  function settle(): void {
    const keys = [...changed];
    changed.clear();
    if (keys.length > 0) listeners.emit('change', { changed: keys });
    if (holds() === 'current') for (const resolve of waiters) resolve();
  }

  const session: Session = {
    on: listeners.on,
    get position() {
      return link.position;
    },
    get status(): Status {
      const down = holds() === 'nothing' ? 'offline' : 'cached';
      return {
        state: linkState === 'down' ? down : linkState,
        ...(link.position !== undefined && { position: link.position }),
        ...(freshAt !== undefined && { ageMs: platform.now() - freshAt }),
        ...(error && { error }),
      };
    },
    start(state) {
      freshAt = undefined;
      addChanged(state?.changed ?? []);
      link.start(state?.position);
      settle();
    },
    wait: () =>
      new Promise((resolve) => {
        const done = () => {
          cancel();
          waiters.delete(done);
          resolve();
        };
        const cancel = platform.setTimer(done, initTimeoutMs);
        waiters.add(done);
      }),
    report(problem) {
      listeners.emit(
        'error',
        problem instanceof Error ? problem : new Error('Listener threw', { cause: problem }),
      );
    },
    close() {
      link.close();
      listeners.clear();
      for (const resolve of waiters) resolve();
    },
  };
  return session;
}

/** Any base URL is accepted, with a path or slashes at its end. What is none is said at once, and not by 'offline'. */
function baseUrls(url: ConnectionOptions['url']): readonly string[] {
  const urls: readonly unknown[] = [url].flat();
  if (urls.length === 0 || urls.some((one) => typeof one !== 'string'))
    throw new TypeError('Cannot connect: "url" must be a string or a list of strings');
  return urls.map((one) => String(one).replace(/\/+$/, ''));
}
