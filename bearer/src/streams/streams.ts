import { Problem, type RegisteredKey } from '@fauna-flags/protocol';
import type { Clock } from '../clock.ts';
import type { BearerLimits } from '../config.ts';
import type { Meter, StreamEnding } from '../metrics/meter.ts';
import type { TakeConnection } from '../request-env.ts';
import type { Environment } from '../rulesets/environment.ts';
import { BeatWheel } from './beat-wheel.ts';
import { OpenStream, type StreamKeeper } from './open-stream.ts';
import { PendingWatch } from './pending-watch.ts';
import { type HangUp, readableSink } from './readable-sink.ts';
import type { StreamEnd } from './stream-dialect.ts';
import { type StreamApplicant, StreamGate } from './stream-gate.ts';
import type { StreamHub } from './stream-hub.ts';
import type { StreamSinkListener } from './stream-sink.ts';
import type { Opening, Resumption, StreamView } from './stream-view.ts';

/** How often open streams are looked after; also how late an expired key's streams may close. */
const sweepMs = 250;
/** How many streams may come back within a second when a bearer is gone: `retry:` grows with what is open. */
const reconnectsPerSecondMax = 2_000;

/** How many questions a second the streams may bring whose readers answer each change with one. */
const questionsPerSecondMax = 2_000;
/** What is spread over less is told at once. */
const paceMsMin = 50;

/** A stream that is too old comes back within this; others of its age are told at other times. */
const oldDelayMsMax = 1_000;

/** How long the reader of an ended stream may take to read the end: a revoked key is gone within a second. */
const endPatienceMs = 1_000;

/** What opens a stream. */
export interface StreamRequest {
  readonly environment: Environment;
  readonly key: RegisteredKey;
  readonly origin: string | undefined;
  readonly opening: Opening | Resumption;
  readonly view: StreamView;
  readonly hangUp: HangUp | undefined;
  readonly takeConnection: TakeConnection | undefined;
}

/** What the keeping of streams takes. */
export interface StreamsOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly limits: BearerLimits;
  readonly meter: Meter;
  /** Whether a stream may stay open: asked when the keys have changed, and at every sweep, since keys expire. */
  readonly isGood: (stream: OpenStream) => boolean;
}

/** All open streams of the process: who gets in, their common watch, and their end. */
export class Streams {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #limits: BearerLimits;
  readonly #meter: Meter;
  readonly #isGood: (stream: OpenStream) => boolean;
  readonly #gate: StreamGate;
  /** Streams by the key that opened them, so that the end of a key finds its own. */
  readonly #byKey = new Map<string, Map<OpenStream, StreamHub>>();
  readonly #beats: BeatWheel<OpenStream>;
  readonly #pending: PendingWatch;
  readonly #keeper: StreamKeeper;
  /** Why the stream ends that is being ended in this very step; those that end otherwise are left by their peers. */
  #ending: StreamEnding = 'left';
  /** Open streams whose readers answer each change with a question. */
  #answered = 0;
  #cancelSweep: (() => void) | undefined;
  #closing = false;

  constructor({ clock, random, limits, meter, isGood }: StreamsOptions) {
    this.#meter = meter;
    this.#clock = clock;
    this.#random = random;
    this.#limits = limits;
    this.#isGood = isGood;
    this.#gate = new StreamGate(clock, limits);
    this.#beats = new BeatWheel(Math.round(limits.heartbeatMs / sweepMs));
    this.#pending = new PendingWatch(limits.undrainedMsMax);
    this.#keeper = {
      limits,
      onPending: (stream) => this.#pending.add(stream, clock.steady()),
      cut: (stream) => this.#endAs('slow', () => stream.cut()),
      pace: (tell) => this.#pace(tell),
    };
  }

  get open(): number {
    return this.#gate.open;
  }

  /** Takes a place for one stream, or refuses before any work is done. The answer must be called when it is not used. */
  admit(applicant: StreamApplicant): () => void {
    const place = this.#closing ? 'closing' : this.#gate.admit(applicant);
    if (typeof place === 'function') return place;
    this.#meter.refused(place);
    throw new Problem('not_ready', 'Cannot open one more stream now', {
      retryAfterSeconds: this.retryAfterSeconds(),
    });
  }

  /** Seconds after which to come again, spread so that not all come at once. */
  retryAfterSeconds(): number {
    return 1 + Math.floor(this.#random() * this.#limits.retryAfterSecondsMax);
  }

  /**
   * Opens a stream and returns its body, or null where the connection was taken over. Everything happens in one step:
   * whatever is applied from now on reaches the stream, and whatever was applied before is in its first frame.
   */
  start(
    { environment, key, origin, opening, view, hangUp, takeConnection }: StreamRequest,
    leave: () => void,
  ): ReadableStream<Uint8Array> | null {
    const { hub } = environment;
    const { isAnswered, endsWithAge, retryMsMin } = view.dialect;
    if (isAnswered) this.#answered += 1;
    const onGone = () => {
      leave();
      if (isAnswered) this.#answered -= 1;
      hub.delete(stream);
      stopBeats();
      this.#pending.delete(stream);
      this.#forget(stream);
      this.#meter.ended(this.#ending);
    };
    const listener: StreamSinkListener = { onDrain: () => hub.catchUp(stream), onGone };
    const { sink, body } =
      takeConnection === undefined
        ? readableSink(listener, hangUp)
        : { sink: takeConnection(listener), body: null };
    const endsAt = endsWithAge
      ? this.#clock.steady() + this.#jittered(this.#limits.streamAgeMsMax)
      : Infinity;
    const stream = new OpenStream({ key, origin, view, sink, hangUp, keeper: this.#keeper, endsAt });
    const firstBeatMs = this.#limits.heartbeatMs * (0.5 + 0.5 * this.#random());
    const stopBeats = this.#beats.add(stream, firstBeatMs / sweepMs);
    this.#meter.opened();
    hub.add(stream);
    this.#remember(stream, hub);
    stream.open(opening, Math.max(retryMsMin, this.#spreadMs(1_000)));
    this.#scheduleSweep();
    return body;
  }

  /** Ends the streams of keys that are no longer good, telling them so. */
  revoke(): void {
    for (const streams of [...this.#byKey.values()]) this.#revokeAmong(streams);
  }

  /** Says goodbye to every stream, each with its own delay, and admits none from now on. */
  close(): void {
    this.#closing = true;
    this.#cancelSweep?.();
    for (const streams of [...this.#byKey.values()])
      for (const stream of [...streams.keys()]) this.#goodbye(stream, this.#spreadMs(this.#limits.drainMs));
  }

  /** An ended stream is nobody's any more, so a reader that does not take the end must not hold the connection. */
  #end(stream: OpenStream, event: StreamEnd, data: string): void {
    this.#endAs(event, () => stream.end(event, data));
    if (stream.hangUp !== undefined) this.#clock.after(endPatienceMs, stream.hangUp);
  }

  #endAs(why: StreamEnding, end: () => void): void {
    this.#ending = why;
    end();
    this.#ending = 'left';
  }

  #goodbye(stream: OpenStream, delayMsMax: number): void {
    this.#end(stream, 'goodbye', JSON.stringify({ delayMs: Math.floor(this.#random() * delayMsMax) }));
  }

  /** Tells at a moment of the time that it takes to answer all who will ask. */
  #pace(tell: () => void): void {
    const windowMs = (this.#answered / questionsPerSecondMax) * 1_000;
    if (windowMs < paceMsMin) tell();
    else this.#clock.after(windowMs * this.#random(), tell);
  }

  /** ±20 %. */
  #jittered(ms: number): number {
    return ms * (0.8 + 0.4 * this.#random());
  }

  #spreadMs(least: number): number {
    const window = Math.max(least, (this.#gate.open / reconnectsPerSecondMax) * 1_000);
    return Math.round(window * (1 + 0.5 * this.#random()));
  }

  #remember(stream: OpenStream, hub: StreamHub): void {
    const streams = this.#byKey.get(stream.key.id) ?? new Map<OpenStream, StreamHub>();
    streams.set(stream, hub);
    this.#byKey.set(stream.key.id, streams);
  }

  #forget(stream: OpenStream): void {
    const streams = this.#byKey.get(stream.key.id);
    streams?.delete(stream);
    if (streams?.size === 0) this.#byKey.delete(stream.key.id);
  }

  /** One timer for all streams, and none while there are none. */
  #scheduleSweep(): void {
    if (this.#cancelSweep !== undefined || this.#closing) return;
    this.#cancelSweep = this.#clock.after(sweepMs, () => {
      this.#cancelSweep = undefined;
      this.#sweep();
      if (this.#gate.open > 0) this.#scheduleSweep();
    });
  }

  /** What time brings: keys that expire, readers that take nothing, heartbeats, and streams that are too old. */
  #sweep(): void {
    const now = this.#clock.steady();
    for (const streams of [...this.#byKey.values()]) {
      // Time ends a key for all of its streams or for none, so one of them is asked; other ends come by `revoke()`.
      const [any] = streams.keys();
      if (any !== undefined && !this.#isGood(any)) this.#revokeAmong(streams);
    }
    for (const stream of this.#pending.late(now)) this.#keeper.cut(stream);
    const areMany = this.#gate.open > reconnectsPerSecondMax;
    for (const stream of this.#beats.turn())
      if (now >= stream.endsAt) this.#goodbye(stream, oldDelayMsMax);
      else stream.beat(areMany ? this.#spreadMs(1_000) : undefined);
  }

  #revokeAmong(streams: ReadonlyMap<OpenStream, StreamHub>): void {
    for (const stream of [...streams.keys()]) if (!this.#isGood(stream)) this.#end(stream, 'revoked', '{}');
  }
}
