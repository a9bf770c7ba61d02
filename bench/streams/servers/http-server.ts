import { createServer, type ServerResponse } from 'node:http';
import { type BenchServer, peerFrame, portOf } from '../bench-server.ts';

/** Node's `http` as everybody writes it: `response.write()` of the same bytes to each stream. */
export async function httpServer(): Promise<BenchServer> {
  const streams = new Map<ServerResponse, unknown>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      response.write('id: 1\nevent: put\ndata: {}\n\n');
      streams.set(response, JSON.parse(body));
      response.on('close', () => streams.delete(response));
    });
  });
  let version = 0;
  return {
    port: await portOf(server),
    prepare() {
      version += 1;
    },
    async publish() {
      const frame = Buffer.from(peerFrame(version));
      for (const response of streams.keys()) response.write(frame);
    },
  };
}
