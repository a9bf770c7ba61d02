import type { Principal } from '../../platform/http/index.ts';

/** Unsent text beyond this belongs to a reader that is too slow to be live. */
const unsentBytesMax = 64 * 1024;
/** So long a reader may take nothing while something waits for it. */
const undrainedMsMax = 10_000;
const heartbeatMs = 15_000;

/** A reader that was closed waits this long before it comes back; browsers obey it. */
const retryMs = 2_000;

const encoder = new TextEncoder();
const heartbeat = encoder.encode('event: hb\ndata: {}\n\n');
const opening = encoder.encode(`retry: ${retryMs}\nevent: hb\ndata: {}\n\n`);

/** Ends the connection itself, where there is one. */
export type HangUp = () => void;

/**
 * One reader of the live feed: an SSE body. Nothing here throws; after `close`, `cut` or the reader's leaving nothing is
 * sent, and `onGone` has been called once.
 */
export class LiveStream {
  /** The session that it was opened with, and ends with; an API token has none. */
  readonly sessionId: string | undefined;
  /** Who reads it, as things were when they were last asked. */
  principal: Principal;
  readonly body: ReadableStream<Uint8Array>;
  readonly #hangUp: HangUp | undefined;
  readonly #onGone: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #beatAt: number;
  #progressAt: number;

  constructor({
    principal,
    sessionId,
    hangUp,
    now,
    onGone,
  }: {
    readonly principal: Principal;
    readonly sessionId: string | undefined;
    readonly hangUp: HangUp | undefined;
    readonly now: number;
    readonly onGone: () => void;
  }) {
    this.principal = principal;
    this.sessionId = sessionId;
    this.#hangUp = hangUp;
    this.#onGone = onGone;
    this.#beatAt = now + heartbeatMs;
    this.#progressAt = now;
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => this.#leave(),
      },
      // With a mark of one byte, what the queue lacks to it is what the reader has not taken.
      { highWaterMark: 1, size: (piece) => piece.byteLength },
    );
    this.#send(opening);
  }

  /** Sends a frame, unless its reader lags too far behind: then it is cut, and asks for everything anew. */
  send(frame: Uint8Array): void {
    if (this.#unsentBytes() > unsentBytesMax) this.cut();
    else this.#send(frame);
  }

  /** Beats when it is time, and cuts a reader that takes nothing. */
  sweep(now: number): void {
    const unsent = this.#unsentBytes();
    if (unsent === 0) this.#progressAt = now;
    if (now - this.#progressAt >= undrainedMsMax) {
      this.cut();
      return;
    }
    if (now < this.#beatAt) return;
    this.#beatAt = now + heartbeatMs;
    if (unsent === 0) this.#send(heartbeat);
  }

  /** Ends it behind what was sent. */
  close(): void {
    this.#controller?.close();
    this.#leave();
  }

  /** Ends it at once. */
  cut(): void {
    if (this.#controller === undefined) return;
    // An error in the body would end up in the server's log; hanging up does not.
    if (this.#hangUp === undefined) this.#controller.error(new Error('The reader is too slow'));
    else this.#hangUp();
    this.#leave();
  }

  #send(frame: Uint8Array): void {
    this.#controller?.enqueue(frame);
  }

  #unsentBytes(): number {
    return this.#controller === undefined ? 0 : Math.max(0, 1 - (this.#controller.desiredSize ?? 1));
  }

  #leave(): void {
    if (this.#controller === undefined) return;
    this.#controller = undefined;
    this.#onGone();
  }
}
