import type { Clock } from '../clock.ts';
import { explainRedisError } from '../redis/explain-redis-error.ts';
import { readBoundedText } from './read-bounded-text.ts';
import { type UpstashAnswer, upstashAnswer } from './upstash-answer.ts';

/** What asking an Upstash database takes. */
export interface UpstashOptions {
  /** An origin, like https://eu1-first-cat-12345.upstash.io. */
  readonly url: string;
  /** Shown nowhere. */
  readonly token: string;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly clock: Clock;
}

/** For one answer, a ruleset of 5 MB over a slow line included; whoever asks keeps what it has. */
const answerMsMax = 4_000;

/** A ruleset has at most 5 MB, which base64 makes a third larger. */
const answerBytesMax = 8 * 1024 * 1024;

/**
 * Asks an Upstash database over its REST API. Nothing is sent twice, nothing waits for long, and it needs nothing but
 * `fetch`: it runs where there are no sockets. What it rejects with may be logged.
 */
export class UpstashLink {
  readonly #options: UpstashOptions;
  readonly #ended = new AbortController();

  constructor(options: UpstashOptions) {
    this.#options = options;
  }

  /** The name of the database's server, which is all that may be shown. */
  get address(): string {
    return new URL(this.#options.url).host;
  }

  /** Runs one command. */
  async run(command: readonly (string | number)[]): Promise<UpstashAnswer> {
    const { clock, fetch } = this.#options;
    if (this.#ended.signal.aborted) throw new Error(`Cannot ask Upstash at ${this.address}: it was closed`);
    const given = new AbortController();
    const end = () => given.abort();
    const cancel = clock.after(answerMsMax, end);
    this.#ended.signal.addEventListener('abort', end);
    try {
      const response = await fetch(this.#options.url, {
        ...this.request(given.signal),
        body: JSON.stringify(command),
      });
      return upstashAnswer(response.status, await readBoundedText(response, answerBytesMax));
    } catch (error) {
      if (given.signal.aborted) throw new Error(`Cannot reach Upstash at ${this.address}: no answer in time`);
      throw explainRedisError(error);
    } finally {
      cancel();
      this.#ended.signal.removeEventListener('abort', end);
    }
  }

  /** What every request to this database carries. */
  request(signal: AbortSignal, headers: Readonly<Record<string, string>> = {}): RequestInit {
    return {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.#options.token}`,
        'content-type': 'application/json',
        // Texts come as the base64 of their bytes: as JSON they would arrive changed where they are no UTF-8.
        'upstash-encoding': 'base64',
        ...headers,
      },
      signal,
      redirect: 'manual', // Else the token would go wherever the answer points.
    };
  }

  /** Begins to listen to a channel; the answer's body is the stream. Whoever calls ends it through `signal`. */
  async subscribe(channel: string, signal: AbortSignal): Promise<Response> {
    const { fetch, url } = this.#options;
    const at = `${new URL(url).origin}/subscribe/${encodeURIComponent(channel)}`;
    const response = await fetch(at, this.request(signal, { accept: 'text/event-stream' })).catch(
      (error: unknown) => {
        throw explainRedisError(error);
      },
    );
    if (response.ok) return response;
    upstashAnswer(response.status, await readBoundedText(response, answerBytesMax));
    throw new Error(`Upstash at ${this.address} answered ${response.status} to a subscription`);
  }

  /** Gives up all that is under way; may be called twice. Every `run` from then on rejects. */
  close(): void {
    this.#ended.abort();
  }
}
