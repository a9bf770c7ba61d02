import {
  type Answer,
  type Client,
  type ClientOptions,
  type Context,
  createClient,
  type Details,
  type SessionEvents,
  type Status,
} from '@fauna-flags/client';
import { jsonText } from './json-text.ts';

/**
 * A client that connects when it is started and not when it is made, and that may be stopped and started again.
 *
 * Rendering must not connect: React renders on servers, throws renders away, and mounts twice in StrictMode. So the
 * provider makes this one while it renders and starts it in an effect. Listeners and the context outlive a stop.
 */
export interface DeferredClient extends Client {
  /** Connects. Does nothing when started or closed already. Never throws: what is wrong with the options is in `status`. */
  start(): void;
  /** Disconnects; the last values stay readable. */
  stop(): void;
}

interface Listener {
  readonly attach: (client: Client) => () => void;
  readonly hear: (name: keyof SessionEvents, event: Status | Error) => void;
  detach?: () => void;
}

/** Makes a client that is not connected yet. */
export function createDeferredClient(options: ClientOptions): DeferredClient {
  const listeners = new Set<Listener>();
  let context: Context = options.context ?? {};
  let client: Client | undefined;
  let failure: Error | undefined;
  let identified: Promise<void> | undefined;
  let state: 'stopped' | 'started' | 'closed' = 'stopped';
  let onFirstStart = () => {};
  const firstStart = new Promise<void>((resolve) => {
    onFirstStart = resolve;
  });

  /** Whoever listened before there was a client hears of what it began with. */
  function announce(): void {
    const problem = failure;
    for (const { hear } of [...listeners]) {
      if (problem !== undefined) hear('error', problem);
      hear('status', deferred.status);
    }
  }

  const deferred: DeferredClient = {
    start() {
      if (state !== 'stopped') return;
      state = 'started';
      try {
        const started = createClient({ ...options, context });
        for (const listener of listeners) listener.detach = listener.attach(started);
        [client, failure] = [started, undefined];
      } catch (cause) {
        failure = cause instanceof Error ? cause : new Error('Cannot connect', { cause });
      }
      onFirstStart();
      announce();
    },
    stop() {
      if (state !== 'started') return;
      state = 'stopped';
      identified = undefined;
      client?.close();
    },
    close() {
      deferred.stop();
      state = 'closed';
      listeners.clear();
      onFirstStart();
    },
    async ready() {
      await firstStart;
      for (;;) {
        const waitedFor = client;
        await waitedFor?.ready();
        // Another one when it was stopped and started meanwhile: the first had no time to become ready.
        if (waitedFor === client) return;
      }
    },
    get: (key, fallback) => deferred.details(key, fallback).value,
    details<T>(key: string, fallback: T): Details<Answer<T>> {
      if (client !== undefined) return client.details(key, fallback);
      return { value: fallback as Answer<T>, reason: 'ERROR', errorCode: 'PROVIDER_NOT_READY' };
    },
    on(name, callback) {
      const listener: Listener = {
        attach: (to) => to.on(name, callback),
        hear: (heard, event) => {
          if (heard === name) callback(event as SessionEvents[typeof name]);
        },
      };
      listeners.add(listener);
      if (client !== undefined && state === 'started') listener.detach = listener.attach(client);
      return () => {
        listeners.delete(listener);
        listener.detach?.();
      };
    },
    identify(next) {
      const isSame = jsonText(next) === jsonText(context);
      context = next;
      if (state !== 'started') return Promise.resolve();
      if (client === undefined) {
        // The context before was none, or the url is none: this one may do.
        state = 'stopped';
        deferred.start();
        return deferred.ready();
      }
      // The client would connect anew for a context that it is only just connecting for.
      if (!isSame) identified = client.identify(next);
      return identified ?? client.ready();
    },
    get status(): Status {
      if (client !== undefined) return client.status;
      return { state: 'offline', ...(failure && { error: failure }) };
    },
  };
  return deferred;
}
