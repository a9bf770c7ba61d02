import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { type BenchServer, peerFrame, portOf } from '../bench-server.ts';

/** Hono's own way: `streamSSE()`, and `writeSSE()` for each stream. It keeps the context, and evaluates nothing. */
export async function honoServer(): Promise<BenchServer> {
  const streams = new Map<SSEStreamingApi, unknown>();
  const app = new Hono();
  app.post('/stream/client', async (c) => {
    const context: unknown = await c.req.json();
    return streamSSE(c, async (stream) => {
      await stream.writeSSE({ event: 'put', data: '{}', id: '1' });
      streams.set(stream, context);
      await new Promise<void>((resolve) => stream.onAbort(resolve));
      streams.delete(stream);
    });
  });
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  let version = 0;
  return {
    port: await portOf(createServer((incoming, outgoing) => void listener(incoming, outgoing))),
    prepare() {
      version += 1;
    },
    async publish() {
      const lines = peerFrame(version).split('\n');
      const part = (name: string) =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const message = { event: 'patch', data: part('data') ?? '', id: part('id') ?? '' };
      await Promise.all([...streams.keys()].map((stream) => stream.writeSSE(message)));
    },
  };
}
