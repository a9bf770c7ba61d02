import type { Answer, Client, Details, Json, Status } from '@fauna-flags/client';
import type { InitialFlags } from './initial-flags.ts';
import { jsonText } from './json-text.ts';

/** A client's status without `ageMs`, which grows all the time: who shows an age asks `useFauna().status` for it. */
export type FaunaStatus = Omit<Status, 'ageMs'>;

/** A client as React wants to read it: answers keep their identity until they change. */
export interface FlagStore {
  readonly client: Client;
  /** Calls back when an answer or the status may have changed; the answer ends it. */
  readonly subscribe: (callback: () => void) => () => void;
  /** The answer of now. A value that is an object stays the same object while its JSON stays the same. */
  details<T>(key: string, fallback: T): Details<Answer<T>>;
  /** What the server rendered with, and so what hydration must begin with. */
  initialDetails<T>(key: string, fallback: T): Details<Answer<T>>;
  readonly status: () => FaunaStatus;
  readonly initialStatus: () => FaunaStatus;
}

/** Makes the store of one provider. */
export function createFlagStore({
  client,
  initial,
}: {
  readonly client: Client;
  readonly initial: InitialFlags;
}): FlagStore {
  const kept = new Map<string, Json>();
  let lastStatus: FaunaStatus = offline;

  /** A state that comes again (a reconnect, a cache) is parsed anew; its values are other objects with the same content. */
  function keep<T>(key: string, details: Details<T>): Details<T> {
    const { value } = details;
    if (typeof value !== 'object' || value === null || details.errorCode !== undefined) return details;
    const earlier = kept.get(key);
    if (earlier !== undefined && jsonText(earlier) === jsonText(value))
      return { ...details, value: earlier as T };
    kept.set(key, value as Json);
    return details;
  }

  return {
    client,
    subscribe(callback) {
      const ends = [client.on('change', callback), client.on('status', callback)];
      return () => {
        for (const end of ends) end();
      };
    },
    details(key, fallback) {
      const details = client.details(key, fallback);
      return details.errorCode === 'PROVIDER_NOT_READY' ? initial.details(key, fallback) : keep(key, details);
    },
    initialDetails: (key, fallback) => initial.details(key, fallback),
    status() {
      const { ageMs: _, ...status } = client.status;
      const isSame =
        status.state === lastStatus.state &&
        status.position === lastStatus.position &&
        status.error === lastStatus.error;
      if (!isSame) lastStatus = status;
      return lastStatus;
    },
    initialStatus: () => offline,
  };
}

const offline: FaunaStatus = { state: 'offline' };
