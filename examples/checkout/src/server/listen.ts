import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A listening server. */
export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves a `fetch` on Node. The shop only reads, so bodies of requests are left alone. */
export async function listen({
  fetch,
  port,
  host = '127.0.0.1',
}: {
  readonly fetch: (request: Request) => Promise<Response>;
  readonly port: number;
  readonly host?: string;
}): Promise<RunningServer> {
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const url = new URL(incoming.url ?? '/', 'http://localhost');
      const response = await fetch(new Request(url, { method: incoming.method ?? 'GET' }));
      outgoing.writeHead(response.status, Object.fromEntries(response.headers));
      outgoing.flushHeaders();
      if (response.body === null) outgoing.end();
      else await pipeline(Readable.fromWeb(response.body as never), outgoing);
    } catch {
      // Whoever asked is gone, or asked in a way that is no request. There is nobody to tell.
      outgoing.destroy();
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}
