import { bearerApiPaths, type UsageRecord, usageRecordsPerPost } from '@fauna-flags/protocol';
import { type Clock, within } from '../clock.ts';
import type { Log } from '../log.ts';
import { DropLog } from '../usage/drop-log.ts';
import type { UsageSink } from '../usage/usage-sink.ts';

const answerMsMax = 5_000;
/** Until what was not taken is sent again. */
const againMs = 5_000;
/** What is left at the end may be lost; a process that stops must not wait for it. */
const lastWordsMsMax = 1_000;
/** Beyond either the oldest are dropped: some minutes of a busy bearer. */
const recordsMax = 4_000;
const charactersMax = 4 * 1024 * 1024;
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
  readonly log: Log;
}

/** Answers of the 4xx that say nothing of what was sent: a token, a path or a moment that is not right yet. */
const statusesToRetry: readonly number[] = [401, 404, 408, 429];

/** What was sent will never be taken. */
class Refused extends Error {}

/**
 * Sends usage over HTTP, where there is no store or none that can be used. What comes while a request is under way goes
 * with the next one. What was not taken is sent again, maybe twice: each record has its id. What is refused for what it is
 * is dropped, since it would keep back all that comes after it.
 */
export class UpstreamUsageSink implements UsageSink {
  readonly #options: UpstreamUsageSinkOptions;
  readonly #drops: DropLog;
  #waiting: string[] = [];
  #characters = 0;
  #sending: Promise<void> | undefined;
  #turn = 0;
  #isClosed = false;
  #cancel: (() => void) | undefined;

  constructor(options: UpstreamUsageSinkOptions) {
    this.#options = options;
    this.#drops = new DropLog({
      ...options,
      begins: 'Cannot hand usage on, dropping it',
      over: 'Usage is handed on again',
    });
  }

  async record(record: UsageRecord): Promise<void> {
    if (this.#isClosed) throw new Error('Cannot take usage: this sink was closed');
    const text = JSON.stringify(record);
    this.#waiting.push(text);
    this.#characters += text.length;
    while (this.#waiting.length > recordsMax || this.#characters > charactersMax) {
      this.#characters -= this.#waiting.shift()?.length ?? 0;
      this.#drops.dropped(1, { reason: 'Too much waits to be handed on' });
    }
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
    this.#characters = 0;
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const texts = this.#nextPost();
      try {
        await this.#post(texts);
        this.#drops.kept();
      } catch (error) {
        if (!(error instanceof Refused)) {
          this.#turn += 1;
          if (!this.#isClosed) this.#cancel = this.#options.clock.after(againMs, () => void this.flush());
          return;
        }
        this.#drops.dropped(texts.length, { reason: error.message });
      }
      this.#forget(new Set(texts));
    }
  }

  /** Not simply the oldest: those may have been dropped while they were under way. */
  #forget(texts: ReadonlySet<string>): void {
    this.#waiting = this.#waiting.filter((text) => !texts.has(text));
    this.#characters = this.#waiting.reduce((sum, { length }) => sum + length, 0);
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
      const { ok, status } = response;
      if (ok) return;
      const isRefused = status >= 400 && status < 500 && !statusesToRetry.includes(status);
      throw new (isRefused ? Refused : Error)(`It answered ${status}`);
    } finally {
      cancel();
    }
  }
}
