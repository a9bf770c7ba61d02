import { bearerApiPaths, type UsageRecord, usageRecordsPerPost } from '@fauna-flags/protocol';
import { type Clock, within } from '../clock.ts';
import type { UsageSink } from '../usage/usage-sink.ts';

const answerMsMax = 5_000;
/** Until what was not taken is sent again. */
const againMs = 5_000;
/** What is left at the end may be lost; a process that stops must not wait for it. */
const lastWordsMsMax = 1_000;
/** Beyond it the oldest are dropped: some minutes of a busy bearer. */
const recordsMax = 4_000;
/** Of one request; the other end takes twice as much. */
const bytesPerPost = 512 * 1024;

/** What telling a manager or another bearer of usage takes. */
export interface UpstreamUsageSinkOptions {
  /** Base addresses; one that works is kept to. */
  readonly urls: readonly string[];
  /** `FAUNA_BEARER_TOKEN`. */
  readonly token: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

/**
 * Sends usage over HTTP, where there is no store or none that can be used. What comes while a request is under way goes
 * with the next one. What was not taken is sent again, maybe twice: each record has its id.
 */
export class UpstreamUsageSink implements UsageSink {
  readonly #options: UpstreamUsageSinkOptions;
  #waiting: string[] = [];
  #sending: Promise<void> | undefined;
  #turn = 0;
  #isClosed = false;
  #cancel: (() => void) | undefined;

  constructor(options: UpstreamUsageSinkOptions) {
    this.#options = options;
  }

  async record(record: UsageRecord): Promise<void> {
    if (this.#isClosed) throw new Error('Cannot take usage: this sink was closed');
    if (this.#waiting.length >= recordsMax) this.#waiting.shift();
    this.#waiting.push(JSON.stringify(record));
    // After a failure the next attempt has its time.
    if (this.#cancel === undefined) void this.flush();
  }

  /** Sends what waits; resolves when it is through, or was not taken. Never rejects. */
  flush(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await within(this.#options.clock, lastWordsMsMax, this.flush()).catch(() => {});
    this.#cancel?.();
    this.#waiting = [];
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const texts = this.#nextPost();
      try {
        await this.#post(texts);
      } catch {
        this.#turn += 1;
        if (!this.#isClosed) this.#cancel = this.#options.clock.after(againMs, () => void this.flush());
        return;
      }
      // The oldest of them may have been dropped meanwhile.
      const sent = new Set(texts);
      this.#waiting = this.#waiting.filter((text) => !sent.has(text));
    }
  }

  #nextPost(): readonly string[] {
    let bytes = 0;
    const end = this.#waiting.findIndex((text, at) => {
      bytes += 3 * text.length; // No character of a text takes more.
      return at > 0 && (at === usageRecordsPerPost || bytes > bytesPerPost);
    });
    return end === -1 ? [...this.#waiting] : this.#waiting.slice(0, end);
  }

  async #post(texts: readonly string[]): Promise<void> {
    const { fetch, clock, token, urls } = this.#options;
    const url = urls[this.#turn % urls.length] ?? '';
    const abort = new AbortController();
    const cancel = clock.after(answerMsMax, () => abort.abort());
    try {
      const response = await fetch(`${url.replace(/\/+$/, '')}${bearerApiPaths.usage}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: `{"records":[${texts.join(',')}]}`,
        redirect: 'manual',
        signal: abort.signal,
      });
      void response.body?.cancel().catch(() => {});
      if (!response.ok) throw new Error(`It answered ${response.status}`);
    } finally {
      cancel();
    }
  }
}
