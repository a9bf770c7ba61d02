import type { Price } from '../shop/price.ts';
import { problem } from './problem.ts';

/** More open pages than an example ever has; what comes beyond is turned away instead of filling the memory. */
const streamsMax = 500;
/** Proxies cut what is silent; most of them after a minute. */
const heartbeatMs = 25_000;
/** A page that has not read this many events is gone or hangs. It comes back by itself. */
const unreadMax = 16;

/** Everyone who watches a price. */
export interface PriceStreams {
  /** Server-sent events: the price of now, then every other one. */
  open(price: () => Price): Response;
  /** Asks every price again, and tells those who watch one that is another now. */
  refresh(): void;
  close(): void;
}

interface Stream {
  refresh(): void;
  write(text: string): void;
  end(): void;
}

/** Makes an empty set of streams. */
export function createPriceStreams(): PriceStreams {
  const streams = new Set<Stream>();
  let heartbeat: ReturnType<typeof setInterval> | undefined;

  function remove(stream: Stream): void {
    streams.delete(stream);
    if (streams.size > 0) return;
    clearInterval(heartbeat);
    heartbeat = undefined;
  }

  return {
    open(price) {
      if (streams.size >= streamsMax) {
        return problem(503, 'Cannot watch this price: too many pages are open', { 'retry-after': '5' });
      }
      const encoder = new TextEncoder();
      let stream: Stream | undefined;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          let last = '';
          const opened: Stream = {
            write(text) {
              controller.enqueue(encoder.encode(text));
              if ((controller.desiredSize ?? 0) < -unreadMax) opened.end();
            },
            refresh() {
              const text = JSON.stringify(price());
              if (text === last) return;
              last = text;
              opened.write(`event: price\ndata: ${text}\n\n`);
            },
            end() {
              remove(opened);
              controller.close();
            },
          };
          stream = opened;
          streams.add(opened);
          heartbeat ??= setInterval(() => {
            for (const one of [...streams]) one.write(': still here\n\n');
          }, heartbeatMs);
          opened.refresh();
        },
        cancel() {
          if (stream !== undefined) remove(stream);
        },
      });
      return new Response(body, {
        headers: {
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store, no-transform',
          'x-accel-buffering': 'no',
        },
      });
    },
    refresh() {
      for (const stream of [...streams]) stream.refresh();
    },
    close() {
      for (const stream of [...streams]) stream.end();
    },
  };
}
