import { createSseParser, type SseEvent } from '@fauna-flags/core/link';
import { bearerApiPaths, heldDocumentsHeader } from '@fauna-flags/protocol';
import type { Clock } from '../clock.ts';
import { type Log, reasonOf } from '../log.ts';

/** How long an address may take to begin its answer; whoever waits has others to try. */
const answerMsMax = 3_000;
/** Silence that counts as an end; signs of life come every 5 s. */
const silenceMsMax = 15_000;
/** Full jitter below a ceiling that doubles with each round of all addresses. */
const backoffMsMin = 500;
const backoffMsMax = 10_000;
/** A link that has lived this long was sound: what ends it begins the count anew. */
const soundMs = 10_000;
/** One document in base64. The other end is ours, so this bounds accidents only. */
const eventSizeMax = 32 * 1024 * 1024;

/** What a link to another bearer, or to a manager, takes. */
export interface UpstreamLinkOptions {
  /** Base addresses, tried in this order. */
  readonly urls: readonly string[];
  /** `FAUNA_BEARER_TOKEN`. */
  readonly token: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** What happens on the link. */
export interface UpstreamLinkEvents {
  /** What the `Fauna-Holds` header of the next request says. */
  readonly held: () => string;
  /** An event has come. Throwing ends the connection, since what follows would build on it. */
  readonly onEvent: (event: SseEvent) => void;
  /** The connection has ended, or could not be made; another one follows. */
  readonly onEnd: () => void;
}

/**
 * One stream of documents, kept open: whenever it ends, is silent, or cannot be opened, the next address is tried, soon at
 * first, and later and later while none works.
 */
export class UpstreamLink {
  readonly #options: UpstreamLinkOptions;
  readonly #events: UpstreamLinkEvents;
  #turn = 0;
  #rounds = 0;
  #openedAt: number | undefined;
  #goodbyeMs: number | undefined;
  #isToldAway = false;
  #isClosed = false;
  #abort = () => {};
  #cancelTimer = () => {};

  constructor(options: UpstreamLinkOptions, events: UpstreamLinkEvents) {
    this.#options = options;
    this.#events = events;
    void this.#connect();
  }

  /** The address that is connected, or tried. */
  get url(): string {
    const { urls } = this.#options;
    return urls[this.#turn % urls.length] ?? '';
  }

  /** Ends for good; may be called twice. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
    this.#abort();
  }

  async #connect(): Promise<void> {
    const abort = new AbortController();
    this.#abort = () => abort.abort();
    this.#openedAt = undefined;
    this.#goodbyeMs = undefined;
    try {
      await this.#read(await this.#open(abort.signal));
      throw new Error('the stream ended');
    } catch (error) {
      abort.abort();
      this.#ended(error);
    }
  }

  async #open(signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const { fetch, token } = this.#options;
    this.#endAfter(answerMsMax);
    const held = this.#events.held();
    const response = await fetch(`${this.url.replace(/\/+$/, '')}${bearerApiPaths.stream}`, {
      headers: {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${token}`,
        ...(held === '' ? {} : { [heldDocumentsHeader]: held }),
      },
      // The token is for the address that was configured and for no other.
      redirect: 'manual',
      signal,
    });
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    if (response.status === 200 && isStream && response.body !== null) return response.body;
    void response.body?.cancel().catch(() => {});
    throw new Error(explain(response.status));
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    const { clock, log } = this.#options;
    this.#openedAt = clock.steady();
    if (this.#isToldAway) log.info('Reached a manager or another bearer again', { address: this.#address() });
    this.#isToldAway = false;
    const parser = createSseParser({ onEvent: (event) => this.#take(event), sizeMax: eventSizeMax });
    const reader = body.getReader();
    for (;;) {
      this.#endAfter(silenceMsMax);
      const piece = await reader.read();
      if (piece.done || this.#isClosed) return;
      parser.push(piece.value);
    }
  }

  #take(event: SseEvent): void {
    if (this.#isClosed) return;
    if (event.type === 'goodbye') this.#goodbyeMs = delayOf(event.data);
    else this.#events.onEvent(event);
  }

  #endAfter(ms: number): void {
    this.#cancelTimer();
    if (!this.#isClosed) this.#cancelTimer = this.#options.clock.after(ms, () => this.#abort());
  }

  #ended(error: unknown): void {
    this.#cancelTimer();
    if (this.#isClosed) return;
    this.#events.onEnd();
    this.#tellAway(error);
    const { clock, urls } = this.#options;
    if (this.#openedAt !== undefined && clock.steady() - this.#openedAt >= soundMs) this.#rounds = 0;
    this.#turn += 1;
    const delayMs = this.#delayMs();
    if (this.#turn % urls.length === 0) this.#rounds += 1;
    this.#cancelTimer = clock.after(delayMs, () => void this.#connect());
  }

  /** The next address of a round at once, since it knows nothing of the trouble of the one before. */
  #delayMs(): number {
    const { random, urls } = this.#options;
    if (this.#goodbyeMs !== undefined) return this.#goodbyeMs;
    if (this.#turn % urls.length !== 0) return 0;
    return random() * Math.min(backoffMsMax, backoffMsMin * 2 ** this.#rounds);
  }

  /** Told at the edge of an outage only. */
  #tellAway(error: unknown): void {
    if (this.#isToldAway || this.#goodbyeMs !== undefined) return;
    this.#isToldAway = true;
    this.#options.log.warn('Cannot read from a manager or another bearer, trying again', {
      address: this.#address(),
      reason: this.#openedAt === undefined ? `it cannot be reached: ${causeOf(error)}` : reasonOf(error),
    });
  }

  /** Host and port, which is all of an address that may be shown. */
  #address(): string {
    return URL.canParse(this.url) ? new URL(this.url).host : '';
  }
}

/** What `fetch` throws says only that it failed; why is in the cause. */
function causeOf(error: unknown): string {
  return reasonOf(error instanceof Error && error.cause instanceof Error ? error.cause : error);
}

function explain(status: number): string {
  switch (status) {
    case 401:
      return 'it refuses the token: FAUNA_BEARER_TOKEN must be the same there and here';
    case 404:
      return 'it serves no bearers: FAUNA_BEARER_TOKEN must be set there too';
    default:
      return `it answered ${status}`;
  }
}

/** A bearer that drains names a delay of seconds; anything else is not believed. */
function delayOf(data: string): number {
  try {
    const { delayMs } = JSON.parse(data) as { readonly delayMs?: unknown };
    return typeof delayMs === 'number' && delayMs >= 0 ? Math.min(delayMs, backoffMsMax) : 0;
  } catch {
    return 0;
  }
}
