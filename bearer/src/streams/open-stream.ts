import { type RegisteredKey, writeRetry } from '@fauna-flags/protocol';
import type { BearerLimits } from '../config.ts';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import type { HangUp } from './readable-sink.ts';
import type { StreamEnd } from './stream-dialect.ts';
import type { StreamSink } from './stream-sink.ts';
import type { Opening, Resumption, StreamView } from './stream-view.ts';

/** Whoever keeps streams: one for all of them, so that none has to remember it for itself. */
export interface StreamKeeper {
  readonly limits: BearerLimits;
  /** Hears of a stream whose reader has not taken what was sent, each time it is sent something. */
  onPending(stream: OpenStream): void;
  /** Cuts a stream whose reader is too slow. */
  cut(stream: OpenStream): void;
  /** Puts off what a change brings to streams that are paced: calls back later, or right away. */
  pace(tell: () => void): void;
}

/** What makes a stream. */
export interface OpenStreamOptions {
  readonly key: RegisteredKey;
  readonly origin: string | undefined;
  readonly view: StreamView;
  readonly sink: StreamSink;
  /** Ends the connection itself, where the runtime lets us. */
  readonly hangUp: HangUp | undefined;
  readonly keeper: StreamKeeper;
  /** From when on it is ended for its age; `Infinity` for one that never is. */
  readonly endsAt: number;
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
  /** From when on it is ended for its age. */
  readonly endsAt: number;
  readonly #view: StreamView;
  readonly #sink: StreamSink;
  readonly #keeper: StreamKeeper;
  #putInFlight = true;
  #putOff = false;

  constructor({ key, origin, view, sink, hangUp, keeper, endsAt }: OpenStreamOptions) {
    this.key = key;
    this.origin = origin;
    this.#view = view;
    this.#sink = sink;
    this.hangUp = hangUp;
    this.endsAt = endsAt;
    this.#keeper = keeper;
  }

  /** How much its reader has not taken. */
  get pendingBytes(): number {
    return this.#sink.pendingBytes();
  }

  /** Whether changes are told in turn, since each tell brings a question back. */
  get isPaced(): boolean {
    return this.#view.dialect.isAnswered;
  }

  /** Sends the first frame, and how long to wait before a reconnect. */
  open(opening: Opening | Resumption, retryMs: number): void {
    const view = this.#view;
    const frame = typeof opening === 'string' ? view.open(opening) : view.resume(opening.resumeTo);
    this.#sendWithRetry(frame, retryMs);
  }

  /** Has the reader brought to the newest ruleset by `tell` when its turn comes; changes until then are one. */
  announce(tell: () => void): void {
    if (this.#putOff) return;
    this.#putOff = true;
    this.#keeper.pace(() => {
      this.#putOff = false;
      tell();
    });
  }

  /** Brings the reader to this ruleset, or will once it has drained. Whether something was written now. */
  advance(to: LiveRuleset): boolean {
    if (to === this.#view.live) return false;
    const pending = this.#sink.pendingBytes();
    if (pending > 0) {
      if (pending > this.#keeper.limits.unsentBytesMax && !this.#putInFlight) this.#keeper.cut(this);
      return false;
    }
    this.#putInFlight = false;
    const frame = this.#view.advance(to);
    if (frame === undefined) return false;
    this.#send(frame);
    return true;
  }

  /**
   * The sign of life; a reader that has something to take needs none. `retryMs` comes with it where it has changed much: who
   * came among the first was told how few they were, and would come back too soon with all the others.
   */
  beat(retryMs: number | undefined): void {
    if (this.#sink.pendingBytes() > 0) return;
    const frame = this.#view.dialect.heartbeat(this.#view.live);
    if (retryMs === undefined) this.#send(frame);
    else this.#sendWithRetry(frame, Math.max(this.#view.dialect.retryMsMin, retryMs));
  }

  /** Ends it at once, and forgets what was not taken. */
  cut(): void {
    this.#sink.cut();
  }

  /** Says why, and closes. */
  end(event: StreamEnd, data: string): void {
    const farewell = this.#view.dialect.farewell(this.#view.live, event, data);
    if (farewell !== undefined) this.#sink.send(farewell);
    this.#sink.close();
  }

  /** The retry line takes the place of the frame's last line break: one block, and the frame's bytes stay shared. */
  #sendWithRetry(frame: Uint8Array, retryMs: number): void {
    this.#send(frame.subarray(0, -1));
    this.#send(new TextEncoder().encode(writeRetry(retryMs)));
  }

  #send(bytes: Uint8Array): void {
    this.#sink.send(bytes);
    if (this.#sink.pendingBytes() > 0) this.#keeper.onPending(this);
  }
}
