/**
 * Where one stream's bytes go. An adapter per way of writing: a ReadableStream everywhere, a raw socket on Node.
 *
 * Nothing here throws. After `close`, `cut` or the peer's leaving, `send` does nothing and `onGone` has been or will be
 * called exactly once. Frames arrive whole and in order, or the stream ends; a frame is never cut short and continued.
 */
export interface StreamSink {
  /** Takes bytes over; they must not change any more. */
  send(bytes: Uint8Array): void;
  /** How much was sent and not yet taken by the transport. */
  pendingBytes(): number;
  /** Ends the stream behind what was sent. */
  close(): void;
  /** Ends the stream at once and forgets what was sent. */
  cut(): void;
}

/** What a sink tells. */
export interface StreamSinkListener {
  /** Nothing is pending any more; may come more often than needed. */
  onDrain(): void;
  /** The stream is over: closed, cut, or left by its peer. */
  onGone(): void;
}
