import { describe, expect, it } from 'vitest';
import type { StreamSink, StreamSinkListener } from './stream-sink.ts';

/** A sink under contract, and the peer at its other end. */
export interface StreamSinkFixture {
  readonly sink: StreamSink;
  /** Everything that has arrived so far. */
  received(): string;
  /** Reads whatever comes, from now on. A peer reads nothing before. */
  read(): void;
  /** Ends the connection from the peer's side. */
  leave(): void;
  /** How it ended, once it has: behind the last byte, or cut. Only a peer that reads finds out. */
  ended(): 'closed' | 'cut' | undefined;
}

/** More than any transport takes for a peer that does not read. */
const bytesMax = 64 * 1024 * 1024;

/** What every way of writing a stream keeps. */
export function streamSinkContract(
  name: string,
  make: (listener: StreamSinkListener) => Promise<StreamSinkFixture>,
): void {
  const opened = async () => {
    const heard = { drained: 0, gone: 0 };
    const listener: StreamSinkListener = {
      onDrain: () => {
        heard.drained += 1;
      },
      onGone: () => {
        heard.gone += 1;
      },
    };
    return { ...(await make(listener)), heard };
  };
  const encode = (text: string) => new TextEncoder().encode(text);
  const frame = encode('x'.repeat(100_000));
  const fill = (sink: StreamSink) => {
    let bytes = 0;
    for (; sink.pendingBytes() < frame.length && bytes < bytesMax; bytes += frame.length) sink.send(frame);
    return bytes;
  };

  describe(`${name} as a StreamSink`, () => {
    it('delivers whole frames in order, also when they are large', async () => {
      const { sink, read, received, heard } = await opened();
      read();
      const large = '0123456789'.repeat(50_000);
      for (const text of ['first', large, 'last']) sink.send(encode(text));
      await expect.poll(received, { timeout: 5_000 }).toBe(`first${large}last`);
      await expect.poll(() => sink.pendingBytes()).toBe(0);
      sink.cut();
      expect(heard.gone).toBe(1);
    });

    it('counts what its peer has not taken, and says when nothing is left', async () => {
      const { sink, read, heard } = await opened();
      const bytes = fill(sink);
      expect(bytes).toBeLessThan(bytesMax);
      expect(sink.pendingBytes()).toBeGreaterThan(0);
      const before = heard.drained;
      read();
      await expect.poll(() => sink.pendingBytes(), { timeout: 5_000 }).toBe(0);
      await expect.poll(() => heard.drained, { timeout: 5_000 }).toBeGreaterThan(before);
      sink.cut();
    });

    it('shows that a slow peer takes a large frame, piece by piece', async () => {
      const { sink, read } = await opened();
      sink.send(new Uint8Array(32 * 1024 * 1024));
      const seen = new Set<number>();
      read();
      await expect
        .poll(
          () => {
            seen.add(sink.pendingBytes());
            return sink.pendingBytes();
          },
          { timeout: 10_000, interval: 1 },
        )
        .toBe(0);
      expect(seen.size).toBeGreaterThan(2);
      sink.cut();
    });

    it('ends behind what was sent, and tells once', async () => {
      const { sink, read, received, ended, heard } = await opened();
      sink.send(encode('state'));
      sink.send(frame);
      sink.send(encode('goodbye'));
      sink.close();
      read();
      await expect.poll(ended, { timeout: 5_000 }).toBe('closed');
      expect(received().length).toBe('state'.length + frame.length + 'goodbye'.length);
      expect(received().endsWith('goodbye')).toBe(true);
      sink.close();
      sink.cut();
      expect(heard.gone).toBe(1);
    });

    it('ends at once when it is cut, with frames undelivered, and tells once', async () => {
      const { sink, read, received, ended, heard } = await opened();
      const bytes = fill(sink);
      sink.cut();
      sink.cut();
      sink.close();
      expect([heard.gone, sink.pendingBytes()]).toEqual([1, 0]);
      read();
      await expect.poll(ended, { timeout: 5_000 }).toBe('cut');
      expect(received().length).toBeLessThan(bytes);
    });

    it('tells once that its peer has left, and takes no frames then', async () => {
      const { sink, read, leave, heard } = await opened();
      read();
      sink.send(encode('state'));
      leave();
      await expect.poll(() => heard.gone, { timeout: 5_000 }).toBe(1);
      sink.send(frame);
      sink.close();
      sink.cut();
      expect([heard.gone, sink.pendingBytes()]).toEqual([1, 0]);
    });
  });
}
