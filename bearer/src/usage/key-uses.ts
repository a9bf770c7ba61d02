import type { RegisteredKey } from '@fauna-flags/protocol';
import type { Clock } from '../clock.ts';
import type { UsageRecord } from './usage-sink.ts';

/** Between two records of one key. */
const tellMs = 60_000;
/** More keys than any installation has; whoever has fewer never meets it. */
const keysMax = 10_000;

/** What counting the uses of keys takes. */
export interface KeyUsesOptions {
  readonly clock: Pick<Clock, 'now' | 'steady'>;
  readonly newId: () => string;
  /** Hands a record on; must not throw. */
  readonly tell: (record: UsageRecord) => void;
}

interface Uses {
  readonly environmentId: string;
  requests: number;
  fromBrowsers: number;
  toldAtMs: number;
}

/**
 * Counts how often each SDK key is used. The first use of a key is told at once, later ones at most once a minute, with the
 * request that finds a minute gone: it needs no timers, which some runtimes have only during requests.
 */
export class KeyUses {
  readonly #options: KeyUsesOptions;
  readonly #uses = new Map<string, Uses>();

  constructor(options: KeyUsesOptions) {
    this.#options = options;
  }

  /** A request has come with this key; `isFromBrowser` when a page has sent it. */
  count(key: Pick<RegisteredKey, 'id' | 'environment'>, isFromBrowser: boolean): void {
    const nowMs = this.#options.clock.steady();
    let uses = this.#uses.get(key.id);
    if (uses === undefined) {
      if (this.#uses.size >= keysMax) this.flush();
      uses = {
        environmentId: key.environment,
        requests: 0,
        fromBrowsers: 0,
        toldAtMs: Number.NEGATIVE_INFINITY,
      };
      this.#uses.set(key.id, uses);
    }
    uses.requests += 1;
    if (isFromBrowser) uses.fromBrowsers += 1;
    if (nowMs - uses.toldAtMs >= tellMs) this.#tell(key.id, uses, nowMs);
  }

  /** Tells what is left, and forgets all keys. */
  flush(): void {
    const nowMs = this.#options.clock.steady();
    for (const [keyId, uses] of this.#uses) if (uses.requests > 0) this.#tell(keyId, uses, nowMs);
    this.#uses.clear();
  }

  #tell(keyId: string, uses: Uses, nowMs: number): void {
    const { clock, newId, tell } = this.#options;
    const { environmentId, requests, fromBrowsers } = uses;
    tell({ id: newId(), environmentId, keyId, receivedAt: clock.now(), use: { requests, fromBrowsers } });
    Object.assign(uses, { requests: 0, fromBrowsers: 0, toldAtMs: nowMs });
  }
}
