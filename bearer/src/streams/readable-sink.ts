import type { StreamSink, StreamSinkListener } from './stream-sink.ts';

/** Frames are handed over in pieces, so that a slow reader of a large one is seen to make progress. */
const pieceBytes = 64 * 1024;

/** Hangs up on the peer itself, where the runtime lets us. */
export type HangUp = () => void;

/**
 * A sink that is the body of a Response. A raw ReadableStream, since `cancel` is the one reliable sign that a peer has
 * left: stream helpers of frameworks have swallowed it.
 */
export function readableSink(
  listener: StreamSinkListener,
  hangUp?: HangUp,
): {
  readonly sink: StreamSink;
  readonly body: ReadableStream<Uint8Array>;
} {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
      },
      pull() {
        listener.onDrain();
      },
      cancel() {
        leave();
      },
    },
    // With a mark of one byte, `pull` comes exactly when nothing is queued.
    { highWaterMark: 1, size: (piece) => piece.byteLength },
  );

  function leave(): void {
    if (controller === undefined) return;
    controller = undefined;
    listener.onGone();
  }

  const sink: StreamSink = {
    send(bytes) {
      for (let at = 0; at < bytes.length; at += pieceBytes)
        controller?.enqueue(bytes.subarray(at, at + pieceBytes));
    },
    pendingBytes: () => (controller === undefined ? 0 : Math.max(0, 1 - (controller.desiredSize ?? 1))),
    close() {
      controller?.close();
      leave();
    },
    cut() {
      if (controller === undefined) return;
      // Servers write the error of a body into their log, and into the response; hanging up does neither.
      if (hangUp === undefined) controller.error(new Error('The stream was cut: its reader is too slow'));
      else hangUp();
      leave();
    },
  };
  return { sink, body };
}
