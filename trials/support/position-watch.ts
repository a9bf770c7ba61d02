import { comparePositions, parsePosition } from '@fauna-flags/core/link';
import { pause } from '../../manager/test/support/fauna-process.ts';
import { OpenStream } from '../../manager/test/support/sse.ts';

/** Where a stream was told to be, one after the other. */
interface Told {
  readonly event: string;
  readonly position: string;
  readonly reset: boolean;
}

/**
 * Keeps a server stream open at a bearer, coming back whenever it ends, and remembers every position that it was told. A
 * position that is older than the one before is a regress, unless the frame says `reset`.
 */
export class PositionWatch {
  readonly told: Told[] = [];
  readonly #url: string;
  readonly #key: string;
  #stream: OpenStream | undefined;
  #closed = false;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
    void this.#follow();
  }

  /** Steps backwards, in words; none is what everybody wants. */
  get regressions(): readonly string[] {
    return this.told.flatMap(({ position, reset, event }, at) => {
      const [before, now] = [parsePosition(this.told[at - 1]?.position), parsePosition(position)];
      if (before === undefined || now === undefined || reset) return [];
      return comparePositions(now, before) === 'older'
        ? [`${event} ${position} after ${this.told[at - 1]?.position}`]
        : [];
    });
  }

  get last(): string | undefined {
    return this.told.at(-1)?.position;
  }

  close(): void {
    this.#closed = true;
    this.#stream?.close();
  }

  async #follow(): Promise<void> {
    while (!this.#closed) {
      try {
        const stream = await OpenStream.open(`${this.#url}/stream/server`, {
          key: this.#key,
          ...(this.last === undefined ? {} : { headers: { 'last-event-id': this.last } }),
        });
        this.#stream = stream;
        for (let seen = 0; !(stream.ended && seen === stream.frames.length) && !this.#closed; ) {
          const frame = stream.frames[seen];
          if (frame === undefined) {
            await pause(5);
            continue;
          }
          seen += 1;
          if (frame.id === undefined || frame.event === 'hb') continue;
          this.told.push({ event: frame.event, position: frame.id, reset: frame.data.reset === true });
        }
        stream.close();
      } catch {
        // Nobody there: once more in a moment.
      }
      await pause(50);
    }
  }
}
