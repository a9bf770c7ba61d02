import type { Socket } from 'node:net';

/** What a way through the proxy does to the bytes that take it. Nothing is ever lost or reordered within a connection. */
export interface Weather {
  /** Bytes wait, in order, until this is lifted; the sender fills its buffers and hears nothing. */
  readonly isHeld?: boolean;
  readonly delayMs?: number;
  /** Added to `delayMs`, uniform from 0. */
  readonly jitterMs?: number;
  readonly bytesPerSecond?: number;
  /** Bytes arrive in pieces of this size, each in a write of its own. */
  readonly chunkBytes?: number;
  /** Chance, for each piece, that the connection is reset instead. */
  readonly resetChance?: number;
}

/** The sender is not read any further while this much waits. */
const waitingBytesMax = 1024 * 1024;

/** One direction of one connection. */
export class ChaosLane {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #weather: () => Weather;
  readonly #random: () => number;
  readonly #waiting: { readonly bytes: Buffer; readonly dueAtMs: number }[] = [];
  #waitingBytes = 0;
  #hasEnded = false;
  #isPumping = false;
  #freeAtMs = 0;

  constructor({
    from,
    to,
    weather,
    random,
  }: {
    readonly from: Socket;
    readonly to: Socket;
    readonly weather: () => Weather;
    readonly random: () => number;
  }) {
    this.#from = from;
    this.#to = to;
    this.#weather = weather;
    this.#random = random;
    from.on('data', (bytes: Buffer) => this.#take(bytes));
    from.on('end', () => {
      this.#hasEnded = true;
      this.pump();
    });
  }

  /** Carries what is due. Called again whenever the weather changes. */
  pump(): void {
    if (!this.#isPumping) void this.#pump();
  }

  #take(bytes: Buffer): void {
    const { delayMs = 0, jitterMs = 0 } = this.#weather();
    const earliest = this.#waiting.at(-1)?.dueAtMs ?? 0;
    const dueAtMs = Math.max(earliest, performance.now() + delayMs + jitterMs * this.#random());
    this.#waiting.push({ bytes, dueAtMs });
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > waitingBytesMax) this.#from.pause();
    this.pump();
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || this.#weather().isHeld || this.#to.destroyed) break;
      const waitMs = Math.max(next.dueAtMs, this.#freeAtMs) - performance.now();
      if (waitMs > 0) {
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        continue;
      }
      this.#waiting.shift();
      this.#waitingBytes -= next.bytes.length;
      if (this.#waitingBytes <= waitingBytesMax) this.#from.resume();
      await this.#carry(next.bytes);
    }
    this.#isPumping = false;
    if (this.#hasEnded && this.#waiting.length === 0 && !this.#to.destroyed) this.#to.end();
  }

  async #carry(bytes: Buffer): Promise<void> {
    const { chunkBytes = bytes.length, bytesPerSecond, resetChance = 0 } = this.#weather();
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      if (this.#to.destroyed) return;
      if (resetChance > 0 && this.#random() < resetChance) {
        this.#to.resetAndDestroy();
        this.#from.resetAndDestroy();
        return;
      }
      const drained = this.#to.write(bytes.subarray(at, at + chunkBytes));
      if (!drained) await untilDrained(this.#to);
      // A turn of the loop between two pieces: else they would leave in one write after all.
      else if (chunkBytes < bytes.length) await new Promise((resolve) => setImmediate(resolve));
    }
    if (bytesPerSecond !== undefined)
      this.#freeAtMs = performance.now() + (bytes.length / bytesPerSecond) * 1_000;
  }
}

function untilDrained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.once('drain', done);
    socket.once('close', done);
  });
}
