import type { Socket } from 'node:net';
import type { StreamSink, StreamSinkListener } from '../streams/stream-sink.ts';
import { writeToKernel } from './write-to-kernel.ts';

/** Large frames are written in pieces, one after the other, so that a slow reader of one is seen to make progress. */
const pieceBytes = 64 * 1024;

/** What a peer may send in all before it is cut: its request and some noise. Nothing is expected after the request. */
const receivedBytesMax = 128 * 1024;

/**
 * A sink that is a socket. The bytes of a frame go to the kernel as they are, the same for every stream, and between two
 * frames a stream is nothing but its socket and this object.
 */
export class NodeSocketSink implements StreamSink {
  readonly #socket: Socket;
  #listener: StreamSinkListener | undefined;
  /** What waits for the head, or for the piece in flight; `undefined` when a frame can be written at once. */
  #queue: Uint8Array[] | undefined = [];
  #queuedBytes = 0;
  #isStuck = false;
  readonly #onWritten = () => this.#proceed();

  /** The socket must have no listeners of its user's any more, but for `error`, which is nobody's. */
  constructor(socket: Socket, listener: StreamSinkListener) {
    this.#socket = socket;
    this.#listener = listener;
    if (socket.closed) queueMicrotask(() => this.#leave());
    else socket.once('close', () => this.#leave());
  }

  /** Writes the head of the answer and what was sent before it, in one piece. Nothing leaves until then. */
  begin(head: Uint8Array): void {
    if (this.#socket.destroyed) return;
    const first = Buffer.concat([head, ...(this.#queue ?? [])]);
    this.#queue = undefined;
    this.#queuedBytes = 0;
    const socket = this.#socket;
    socket.on('data', refuseFlood);
    socket.on('end', hangUp);
    socket.resume();
    this.#write(first);
    if (this.#listener === undefined && this.#queue === undefined) this.#socket.destroySoon();
  }

  send(bytes: Uint8Array): void {
    if (this.#listener === undefined) return;
    if (this.#queue === undefined) this.#write(bytes);
    else this.#enqueue(bytes);
  }

  pendingBytes(): number {
    return this.#listener === undefined ? 0 : this.#socket.writableLength + this.#queuedBytes;
  }

  close(): void {
    this.#leave();
    if (this.#queue === undefined) this.#socket.destroySoon();
  }

  /** Resets the connection: what the kernel still holds for a peer that does not read is forgotten with it. */
  cut(): void {
    this.#queue = undefined;
    this.#queuedBytes = 0;
    this.#socket.resetAndDestroy();
    this.#leave();
  }

  #write(bytes: Uint8Array): void {
    if (bytes.length > pieceBytes) {
      this.#enqueue(bytes);
      this.#proceed();
      return;
    }
    const taken = writeToKernel(this.#socket, bytes);
    if (taken === bytes.length) return;
    this.#socket.write(taken === 0 ? bytes : bytes.subarray(taken), this.#onWritten);
    // What the kernel took at once is done; only a write that has to wait is worth a word to the listener.
    this.#isStuck = this.#socket.writableLength > 0;
    if (this.#isStuck) this.#queue ??= [];
  }

  #enqueue(bytes: Uint8Array): void {
    this.#queue ??= [];
    for (let at = 0; at < bytes.length; at += pieceBytes)
      this.#queue.push(bytes.subarray(at, at + pieceBytes));
    this.#queuedBytes += bytes.length;
  }

  /** Goes on where the last write ended. */
  #proceed(): void {
    if (this.#socket.destroyed || this.#socket.writableLength > 0) return;
    const next = this.#queue?.shift();
    if (next !== undefined) {
      this.#queuedBytes -= next.length;
      this.#isStuck = true;
      this.#socket.write(next, this.#onWritten);
      return;
    }
    this.#queue = undefined;
    if (!this.#isStuck) return;
    this.#isStuck = false;
    if (this.#listener === undefined) this.#socket.destroySoon();
    else this.#listener.onDrain();
  }

  #leave(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.onGone();
  }
}

/** A peer that has closed its half has left: whoever listens keeps both open. */
function hangUp(this: Socket): void {
  this.destroy();
}

function refuseFlood(this: Socket): void {
  if (this.bytesRead > receivedBytesMax) this.destroy();
}
