import { type RegisteredKey, writeRetry } from '@fauna-flags/protocol';
import type { BearerLimits } from '../config.ts';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import type { HangUp } from './readable-sink.ts';
import type { StreamEnd } from './stream-dialect.ts';
import type { StreamSink } from './stream-sink.ts';
import type { Opening, StreamView } from './stream-view.ts';

/** What makes a stream. */
export interface OpenStreamOptions {
  readonly key: RegisteredKey;
  readonly origin: string | undefined;
  readonly view: StreamView;
  readonly sink: StreamSink;
  /** Ends the connection itself, where the runtime lets us. */
  readonly hangUp: HangUp | undefined;
  readonly limits: BearerLimits;
  readonly now: number;
  /** The first heartbeat; each stream has its own beat, so that not all are written at once. */
  readonly firstHeartbeatMs: number;
  /** Puts off what changes bring, so that not all are told at once: calls back later, or right away. */
  readonly pace?: ((tell: () => void) => void) | undefined;
}

/**
 * One open stream. It holds at most one state that its reader has not taken: while anything is pending, a change is only
 * remembered, and the newest state follows once the reader has drained.
 */
export class OpenStream {
  readonly key: RegisteredKey;
  /** The origin that a browser came from. */
  readonly origin: string | undefined;
  /** Ends the connection itself, where the runtime lets us; does nothing once the answer has been taken whole. */
  readonly hangUp: HangUp | undefined;
  readonly #view: StreamView;
  readonly #sink: StreamSink;
  readonly #limits: BearerLimits;
  #heartbeatAt: number;
  #progressAt: number;
  #pendingSeen = 0;
  #putInFlight = true;
  readonly #pace: OpenStreamOptions['pace'];
  #putOff = false;

  constructor({ key, origin, view, sink, hangUp, limits, now, firstHeartbeatMs, pace }: OpenStreamOptions) {
    this.key = key;
    this.origin = origin;
    this.#view = view;
    this.#sink = sink;
    this.hangUp = hangUp;
    this.#limits = limits;
    this.#pace = pace;
    this.#heartbeatAt = now + firstHeartbeatMs;
    this.#progressAt = now;
  }

  /** How much its reader has not taken. */
  get pendingBytes(): number {
    return this.#sink.pendingBytes();
  }

  /** Sends the first frame, and how long to wait before a reconnect. */
  open(opening: Opening, retryMs: number): void {
    const frame = this.#view.open(opening);
    // The retry line takes the place of the frame's last line break: one block, and the frame's bytes stay shared.
    this.#sink.send(frame.subarray(0, -1));
    this.#sink.send(new TextEncoder().encode(writeRetry(retryMs)));
  }

  /** Has the reader brought to the newest ruleset by `tell`, now or when its turn comes. */
  announce(tell: () => void): void {
    if (this.#pace === undefined) {
      tell();
      return;
    }
    if (this.#putOff) return;
    this.#putOff = true;
    this.#pace(() => {
      this.#putOff = false;
      tell();
    });
  }

  /** Brings the reader to this ruleset, or will once it has drained. */
  advance(to: LiveRuleset): void {
    if (to === this.#view.live) return;
    const pending = this.#sink.pendingBytes();
    if (pending > 0) {
      if (pending > this.#limits.unsentBytesMax && !this.#putInFlight) this.#sink.cut();
      return;
    }
    this.#putInFlight = false;
    const frame = this.#view.advance(to);
    if (frame !== undefined) this.#sink.send(frame);
  }

  /** Beats when it is time, and cuts a reader that takes nothing. */
  sweep(now: number): void {
    const pending = this.#sink.pendingBytes();
    if (pending === 0 || pending < this.#pendingSeen) this.#progressAt = now;
    this.#pendingSeen = pending;
    if (now - this.#progressAt >= this.#limits.undrainedMsMax) {
      this.#sink.cut();
      return;
    }
    if (now < this.#heartbeatAt) return;
    this.#heartbeatAt = now + this.#limits.heartbeatMs;
    // A reader that has something to take needs no sign of life.
    if (pending === 0) this.#sink.send(this.#view.dialect.heartbeat(this.#view.live));
  }

  /** Says why, and closes. */
  end(event: StreamEnd, data: string): void {
    const farewell = this.#view.dialect.farewell(this.#view.live, event, data);
    if (farewell !== undefined) this.#sink.send(farewell);
    this.#sink.close();
  }
}
