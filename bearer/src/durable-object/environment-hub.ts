import { formatStoredPosition, type Snapshot } from '@fauna-flags/protocol';
import type { Bearer } from '../bearer.ts';
import type { Clock } from '../clock.ts';
import type { TakeConnection } from '../request-env.ts';
import { readableSink } from '../streams/readable-sink.ts';
import type { UsageRecord, UsageSink } from '../usage/usage-sink.ts';
import type { HeldPositions, HubAnswer } from './hub-answer.ts';
import { isStreamRequest } from './hub-request.ts';
import { notReadyResponse } from './not-ready-response.ts';

/** On the answer of a hub that has no room for one more stream: whoever asked tries the next hub. */
export const fullHubHeader = 'fauna-hub-full';

/** How many streams one object holds: about 20 KB each in the 128 MB that it has, with room for rulesets. */
export const hubStreamsMax = 2_000;

/** How long a hub that nobody has asked for anything lives on. After it, it costs nothing. */
const restAfterMs = 60_000;
const lookMs = 10_000;

/** How long who asks waits for a hub that has just woken: with a copy of what was, and without any. */
const unconfirmedMsMax = 300;
const emptyMsMax = 3_000;
const betweenMs = 10;

/** What a hub is made of. */
export interface EnvironmentHubOptions {
  /** Starts a bearer that serves this hub's environment alone. */
  readonly wake: () => { readonly bearer: Bearer; readonly usage: UsageSink };
  readonly clock: Clock;
  readonly random: () => number;
  /** How many streams it holds. */
  readonly streamsMax?: number;
}

/**
 * One environment's streams of one part of the world, in one object that outlives requests: a bearer like any other, that
 * wakes when it is asked for something and rests when nobody has for a while. Its streams are written by nobody else, and
 * from nowhere else than here.
 */
export class EnvironmentHub {
  readonly #options: EnvironmentHubOptions;
  readonly #streamsMax: number;
  #awake: { readonly bearer: Bearer; readonly usage: UsageSink } | undefined;
  #wokenAt = 0;
  #askedAt = 0;

  constructor(options: EnvironmentHubOptions) {
    this.#options = options;
    this.#streamsMax = options.streamsMax ?? hubStreamsMax;
  }

  /** Answers a request for a stream, after it has judged it again: that somebody before has done so proves nothing here. */
  async fetch(request: Request): Promise<Response> {
    const { bearer } = this.#wake();
    if (isStreamRequest(request) && bearer.status().streams >= this.#streamsMax)
      return notReadyResponse(this.#options.random, { [fullHubHeader]: '1' });
    await this.#settle(bearer);
    const clientAddress = request.headers.get('cf-connecting-ip') ?? undefined;
    let taken: ReturnType<typeof readableSink> | undefined;
    const takeConnection: TakeConnection = (listener) => {
      taken = readableSink(listener);
      return taken.sink;
    };
    const response = await bearer.app.fetch(request, { clientAddress, takeConnection });
    if (taken === undefined) return response;
    // Here a body hears late that its reader has gone, or never; the request does once something is written.
    const { sink, body } = taken;
    request.signal.addEventListener('abort', () => sink.cut());
    return new Response(body, response);
  }

  /** What an isolate does not hold of what is known here. */
  async changedSince(held: HeldPositions): Promise<HubAnswer> {
    const { bearer } = this.#wake();
    await this.#settle(bearer);
    const changed: Record<string, Snapshot> = {};
    for (const [documentId, snapshot] of bearer.held())
      if (held[documentId] !== formatStoredPosition(snapshot)) changed[documentId] = snapshot;
    return { changed, isConfirmed: bearer.status().source !== 'none' };
  }

  /** Takes counts that isolates were given. */
  async record(records: readonly UsageRecord[]): Promise<void> {
    const { usage } = this.#wake();
    await Promise.allSettled(records.map((record) => usage.record(record)));
  }

  #wake(): { readonly bearer: Bearer; readonly usage: UsageSink } {
    this.#askedAt = this.#options.clock.steady();
    if (this.#awake === undefined) {
      this.#awake = this.#options.wake();
      this.#wokenAt = this.#askedAt;
      this.#watch();
    }
    return this.#awake;
  }

  /** Rests once nobody has asked for anything for a while, and no stream is open. */
  #watch(): void {
    const { clock } = this.#options;
    clock.after(lookMs, () => {
      const awake = this.#awake;
      if (awake === undefined) return;
      if (awake.bearer.status().streams > 0 || clock.steady() - this.#askedAt < restAfterMs) {
        this.#watch();
        return;
      }
      this.#awake = undefined;
      void awake.bearer.close();
    });
  }

  /** Waits a moment for a bearer that has just begun: it may be about to hear how things stand. */
  async #settle(bearer: Bearer): Promise<void> {
    const { clock } = this.#options;
    await bearer.started;
    for (;;) {
      const { ready, keys, environments } = bearer.status();
      const states = [keys, ...environments].map(({ source }) => source);
      if (ready && states.every((state) => state === 'live')) return;
      const patienceMs = ready && !states.includes('waiting') ? unconfirmedMsMax : emptyMsMax;
      if (clock.steady() - this.#wokenAt >= patienceMs) return;
      await new Promise<void>((resolve) => void clock.after(betweenMs, resolve));
    }
  }
}
