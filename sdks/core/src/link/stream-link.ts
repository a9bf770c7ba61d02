import {
  backoffDelayMs,
  boundedDelayMs,
  extendedBackoffDelayMs,
  retryAfterMs,
  retryMsDefault,
} from './backoff.ts';
import { exchange } from './exchange.ts';
import { type DataFrame, dataFrame, parseObject, readFrame } from './frame.ts';
import { LinkError } from './link-error.ts';
import type { LinkPlatform } from './platform.ts';
import { parsePosition } from './position.ts';
import { Replica } from './replica.ts';
import { createSseParser, type SseEvent, sseEventSizeMax } from './sse-parser.ts';

/** A stream that never came is replaced by polling after this time. */
const pollAfterStartMs = 10_000;
/** A stream that was lost is replaced by polling after this time: most interruptions are a restart. */
const pollAfterInterruptionMs = 120_000;
/** Between two polls, ± 20 %. */
const pollIntervalMs = 30_000;
/** A stream that lived this long was healthy: the next failure is a first one. */
const healthyAfterMs = 60_000;
/**
 * A stream that spoke at all leaves at most this many failures behind: a server that restarts several times within a
 * minute is found within seconds each time. A storm cannot come of it, since `retry:` grows with the clients of a server.
 */
const roundsAfterLifeMax = 2;
/** A server that says goodbye to everyone who comes must not make us come without a pause. */
const goodbyeMsMin = 250;

/** How the link stands: a stream is open and speaks, the last poll was answered, or neither. */
export type LinkState = 'live' | 'polling' | 'down';

/** What a link serves. The callbacks may call `start` and `close`. */
export interface StreamLinkOptions {
  readonly platform: LinkPlatform;
  /** Base URLs, tried in order. */
  readonly urls: readonly string[];
  readonly key: string;
  readonly streamPath: string;
  readonly pollPath: string;
  /** The JSON body of both requests, which makes them POST; absent: GET. Asked at every request. */
  readonly body?: () => string;
  /** True when every new position comes with data, as rulesets do. */
  readonly exact: boolean;
  /** Makes the state what the frame says, as a whole or not at all; throws when it cannot be read. */
  readonly apply: (frame: DataFrame) => void;
  /** The server has just said that the state is current, or made it so. */
  readonly onFresh: () => void;
  readonly onState: (state: LinkState) => void;
  readonly onError: (error: LinkError) => void;
}

/**
 * Keeps a replica current over SSE, and over polling where SSE does not come through. It never gives up: whatever
 * fails, exactly one timer waits for the next attempt, and what was received stays.
 */
export class StreamLink {
  readonly #options: StreamLinkOptions;
  #replica: Replica;
  #state: LinkState = 'down';
  #etag: string | undefined;
  #retryMs = retryMsDefault;
  #failures = 0;
  /** The delays since the link was last healthy. */
  #waitedMs = 0;
  #pollFailures = 0;
  /** Since when the open stream speaks. */
  #liveAt: number | undefined;
  /** Counts streams and starts; a callback of an earlier one has no say any more. */
  #turn = 0;
  #cancelStream: (() => void) | undefined;
  #cancelReconnect: (() => void) | undefined;
  /** Cancels the poll that is under way, or the timer of the next one. */
  #cancelPoll: (() => void) | undefined;

  constructor(options: StreamLinkOptions) {
    this.#options = options;
    this.#replica = new Replica(options);
  }

  /** Where the state stands, as it goes over the wire. */
  get position(): string | undefined {
    return this.#replica.position;
  }

  /**
   * Begins, or begins anew for another body: what was known of the server's state is forgotten, but for the position
   * of the state that the caller now holds.
   */
  start(position?: string): void {
    this.#stop();
    this.#replica = new Replica({ ...this.#options, position: parsePosition(position) });
    this.#etag = undefined;
    this.#failures = 0;
    this.#waitedMs = 0;
    this.#pollFailures = 0;
    this.#pollIn(pollAfterStartMs);
    this.#connect();
    // Last: a listener may start the link once more.
    this.#setState('down');
  }

  /** Stops everything at once; `start` may begin again. */
  close(): void {
    this.#stop();
    this.#setState('down');
  }

  #stop(): void {
    this.#turn += 1;
    this.#cancelStream?.();
    this.#cancelReconnect?.();
    this.#stopPolling();
    this.#cancelStream = this.#cancelReconnect = this.#liveAt = undefined;
  }

  #connect(): void {
    const { platform, streamPath } = this.#options;
    this.#cancelReconnect?.();
    this.#cancelReconnect = undefined;
    this.#cancelStream?.();
    this.#forgetFailuresWhenHealthy();
    this.#turn += 1;
    const turn = this.#turn;
    const parser = createSseParser({
      onEvent: (event) => this.#receive(event, turn),
      onRetry: (retryMs) => {
        this.#retryMs = boundedDelayMs(retryMs, retryMsDefault);
      },
    });
    this.#cancelStream = exchange({
      platform,
      ...this.#request(streamPath, this.#failures, {
        accept: 'text/event-stream',
        'last-event-id': this.#replica.resume(),
      }),
      onResponse: (response) => demand(response, 'text/event-stream'),
      onChunk: (chunk) => parser.push(chunk),
      onEnd: (error) => this.#ended(error ?? new LinkError('network', 'The server closed the stream')),
    });
  }

  #receive(event: SseEvent, turn: number): void {
    if (turn !== this.#turn) return;
    const frame = readFrame(event);
    if (frame === undefined) return;
    if (frame.kind === 'revoked') throw new LinkError('revoked', 'The SDK key was revoked');
    // The stream goes on until the server closes it or we have moved: nothing is missed in between.
    if (frame.kind === 'goodbye') {
      this.#reconnectIn(boundedDelayMs(frame.delayMs, goodbyeMsMin));
      return;
    }
    this.#replica.receive(frame);
    if (turn !== this.#turn) return;
    this.#liveAt ??= this.#options.platform.now();
    // A poll under way must not answer into what the stream now owns.
    this.#stopPolling();
    this.#setState('live');
    if (turn === this.#turn) this.#options.onFresh();
  }

  #ended(error: LinkError): void {
    const { platform, urls } = this.#options;
    this.#cancelStream = undefined;
    this.#forgetFailuresWhenHealthy();
    const rounds = Math.floor(this.#failures / urls.length);
    this.#failures += 1;
    // What one base URL refuses for good another one may still have; all of them must have been asked.
    const isLasting = error.isLasting && this.#failures % urls.length === 0;
    // After a goodbye the timer is already set, and its delay is part of how the server spreads its clients.
    if (isLasting) this.#reconnectIn(extendedBackoffDelayMs(platform.random));
    else if (this.#cancelReconnect === undefined)
      this.#reconnectIn(
        backoffDelayMs({
          failures: rounds,
          waitedMs: this.#waitedMs,
          retryMs: this.#retryMs,
          retryAfterMs: error.retryAfterMs,
          random: platform.random,
        }),
      );
    // A key that was turned away on one route is turned away on the other one too.
    if (error.isRefusal) this.#stopPolling();
    else if (this.#cancelPoll === undefined) this.#pollIn(pollAfterInterruptionMs);
    const turn = this.#turn;
    if (this.#state === 'live' || error.isRefusal) this.#setState('down');
    if (turn === this.#turn) this.#options.onError(error);
  }

  #forgetFailuresWhenHealthy(): void {
    const liveAt = this.#liveAt;
    this.#liveAt = undefined;
    if (liveAt === undefined) return;
    const { platform, urls } = this.#options;
    const isHealthy = platform.now() - liveAt >= healthyAfterMs;
    this.#failures = isHealthy ? 0 : Math.min(this.#failures, roundsAfterLifeMax * urls.length);
    if (isHealthy) this.#waitedMs = 0;
  }

  #reconnectIn(delayMs: number): void {
    this.#waitedMs += delayMs;
    this.#cancelReconnect?.();
    this.#cancelReconnect = this.#options.platform.setTimer(() => this.#connect(), delayMs);
  }

  #pollIn(delayMs: number): void {
    this.#cancelPoll = this.#options.platform.setTimer(() => this.#poll(), delayMs);
  }

  #stopPolling(): void {
    this.#cancelPoll?.();
    this.#cancelPoll = undefined;
  }

  #poll(): void {
    const decoder = new TextDecoder();
    let text = '';
    let etag: string | null = null;
    let isUnchanged = false;
    this.#cancelPoll = exchange({
      platform: this.#options.platform,
      ...this.#request(this.#options.pollPath, this.#pollFailures, { 'if-none-match': this.#etag }),
      onResponse: (response) => {
        isUnchanged = response.status === 304 && this.#etag !== undefined;
        if (!isUnchanged) demand(response, 'application/json');
        etag = response.headers.get('etag');
      },
      onChunk: (chunk) => {
        text += decoder.decode(chunk, { stream: true });
        if (text.length > sseEventSizeMax) throw new LinkError('malformed', 'Cannot hold so long an answer');
      },
      onEnd: (error) => {
        // A stream that opens while listeners run must find the timer that it has to stop.
        this.#pollIn(this.#pollDelayMs(error));
        const timer = this.#cancelPoll;
        try {
          if (error !== undefined) throw error;
          if (!isUnchanged && this.#replica.put(dataFrame('put', parseObject(text), positionIn(etag))))
            this.#etag = etag ?? undefined;
          if (timer !== this.#cancelPoll) return;
          this.#pollFailures = 0;
          this.#setState('polling');
          if (timer === this.#cancelPoll) this.#options.onFresh();
        } catch (cause) {
          this.#pollFailures += 1;
          this.#setState('down');
          this.#options.onError(
            cause instanceof LinkError
              ? cause
              : new LinkError('malformed', 'Cannot apply an answer', { cause }),
          );
        }
      },
    });
  }

  #pollDelayMs(error: LinkError | undefined): number {
    const { random } = this.#options.platform;
    if (error?.isLasting) return extendedBackoffDelayMs(random);
    return boundedDelayMs(error?.retryAfterMs ?? 0) + pollIntervalMs * (0.8 + 0.4 * random());
  }

  #request(path: string, failures: number, more: Record<string, string | undefined>) {
    const { urls, key, body } = this.#options;
    const headers: Record<string, string> = { authorization: `Bearer ${key}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    for (const [name, value] of Object.entries(more)) if (value !== undefined) headers[name] = value;
    const init: RequestInit = { method: body === undefined ? 'GET' : 'POST', headers };
    if (body !== undefined) init.body = body();
    return { url: `${urls[failures % urls.length] ?? ''}${path}`, init };
  }

  #setState(state: LinkState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onState(state);
  }
}

/** Throws unless the answer is a 200 of the type that was asked for: captive portals answer 200 to everything. */
function demand(response: Response, type: string): void {
  const { status, headers } = response;
  if (status === 200 && headers.get('content-type')?.includes(type)) return;
  throw new LinkError(
    status === 401 || status === 403 ? 'refused' : 'unavailable',
    status === 200 ? `The server answered something else than ${type}` : `The server answered ${status}`,
    { status, retryAfterMs: retryAfterMs(headers.get('retry-after')) },
  );
}

/** The position in an ETag: quoted, and marked weak by proxies that compress. */
function positionIn(etag: string | null): string | null {
  return etag === null ? null : etag.replace(/^W\//, '').replaceAll('"', '');
}
