import type { QueryClient } from '@tanstack/svelte-query';
import { type LiveChange, readLiveChange, staleAfter } from './live-invalidation.ts';
import { queryKeys } from './query-keys.ts';

/** A feed that says nothing for this long is dead, whatever the browser thinks: heartbeats come every 15 s. */
const silenceMsMax = 40_000;
/** A short cut is not worth a word. */
const offlineAfterMs = 2_500;
const retryMs = { min: 1_000, max: 15_000 } as const;

/** Where the live feed stands: `live`, `connecting` for the first moments, `offline` when it does not come back. */
export type LiveState = 'connecting' | 'live' | 'offline';

/**
 * The one stream of changes that a tab reads. Each change makes the answers that show it stale; after a gap everything
 * is asked again, because what happened in the gap is not told. `close()` ends it for good and may be called twice.
 */
export class LiveFeed {
  state = $state<LiveState>('connecting');
  /** The last change, for those who say who did it. */
  last = $state.raw<LiveChange | undefined>(undefined);

  readonly #client: QueryClient;
  #source: EventSource | undefined;
  #failures = 0;
  #closed = false;
  #wasOpen = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #offline: ReturnType<typeof setTimeout> | undefined;

  constructor(client: QueryClient) {
    this.#client = client;
    addEventListener('offline', this.#networkChanged);
    addEventListener('online', this.#networkChanged);
    this.#open();
  }

  close(): void {
    this.#closed = true;
    removeEventListener('offline', this.#networkChanged);
    removeEventListener('online', this.#networkChanged);
    this.#source?.close();
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    clearTimeout(this.#offline);
  }

  // A stream over a network that went away is silent, not closed, and one that waits for its turn need not wait when the
  // network is back. Either way a new one tells: a Fauna on this very machine answers it without any network.
  readonly #networkChanged = (): void => {
    this.#source?.close();
    clearTimeout(this.#retry);
    this.#open();
  };

  #open(): void {
    if (this.#closed) return;
    this.#offline ??= setTimeout(() => {
      this.state = 'offline';
    }, offlineAfterMs);
    const source = new EventSource('/api/v1/live');
    this.#source = source;
    this.#listenForSilence();
    source.onopen = () => this.#opened();
    // The browser retries some failures by itself and gives up on others; doing it here makes them all alike.
    source.onerror = () => this.#failed();
    source.addEventListener('hb', () => this.#listenForSilence());
    source.addEventListener('change', (event) => {
      this.#listenForSilence();
      const change = readLiveChange(event.data);
      if (change !== undefined) this.#apply(change);
    });
  }

  #opened(): void {
    clearTimeout(this.#offline);
    this.#offline = undefined;
    this.#failures = 0;
    this.state = 'live';
    if (this.#wasOpen) void this.#client.invalidateQueries();
    this.#wasOpen = true;
  }

  #failed(): void {
    this.#source?.close();
    if (this.#closed) return;
    // A stream does not say why it ended; the session does when it was the reason.
    void this.#client.invalidateQueries({ queryKey: queryKeys.session() });
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    const delayMs = Math.min(retryMs.min * 2 ** this.#failures, retryMs.max);
    this.#failures += 1;
    // Full jitter: a restarted server is not met by every tab at once.
    this.#retry = setTimeout(() => this.#open(), retryMs.min / 2 + Math.random() * delayMs);
    this.#offline ??= setTimeout(() => {
      this.state = 'offline';
    }, offlineAfterMs);
  }

  #listenForSilence(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#failed(), silenceMsMax);
  }

  #apply(change: LiveChange): void {
    this.last = change;
    for (const queryKey of staleAfter(change)) void this.#client.invalidateQueries({ queryKey });
  }
}
