import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Problem } from '@fauna-flags/protocol';
import { getRequestListener } from '@hono/node-server';
import { answerProblem } from '../middleware/respond.ts';
import { StartError } from './start-error.ts';

/** A listening server. */
export interface RunningServer {
  /** The port that it got, also when 0 was asked for. */
  readonly port: number;
  /** Takes no new connections and waits for open answers, at most `patienceMs`; then cuts what is left. */
  close(patienceMs: number): Promise<void>;
}

/**
 * How long a client may take. Node's defaults (60 s for headers, 300 s for a request, looked at every 30 s) would let a
 * few thousand slow connections hold a server; streams are not touched by these, since their request is short.
 */
const limits = {
  headersTimeout: 5_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 72_000,
  maxHeaderSize: 16 * 1024,
} as const;

/** A port that was freed a moment ago, by a Fauna that is just ending, is worth waiting for. */
const portPatienceMs = 3_000;

/** Listens. Throws `StartError` when the port is in use or not ours to take. */
export async function listen({
  host,
  port,
  fetch,
}: {
  readonly host: string;
  readonly port: number;
  /** Answers one request; `env` carries the runtime's own request, for handlers that need the socket. */
  readonly fetch: (request: Request, env: unknown) => Response | Promise<Response>;
}): Promise<RunningServer> {
  const listener = getRequestListener((request, env) => fetch(request, env), {
    overrideGlobalObjects: false,
    // HTTP/1.0 needs no Host, and health checks of load balancers send none.
    hostname: 'localhost',
    errorHandler: (error) => answerProblem(problemOf(error), { style: 'problem', headers: {} }),
  });
  const server = createServer(limits, (incoming, outgoing) => void listener(incoming, outgoing));
  server.on('clientError', refuseMalformed);
  server.maxRequestsPerSocket = 1_000;
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await listenPatiently({ server, host, port });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: (patienceMs) => closeServer({ server, open, patienceMs }),
  };
}

/** What the adapter could not make a request of is the sender's mistake; anything else is ours. */
function problemOf(error: unknown): Problem {
  return error instanceof Error && error.name === 'RequestError'
    ? new Problem('invalid', `Cannot read the request: ${error.message}`)
    : new Problem('internal', 'Cannot answer this request');
}

/** Answers what is no HTTP, too large or too slow before it ever becomes a request; then the connection ends. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, detail } = refusals[error.code ?? ''] ?? {
    status: '400 Bad Request',
    detail: 'it is not HTTP',
  };
  const body = JSON.stringify({
    ...new Problem('invalid', `Cannot read the request: ${detail}`).toBody(),
    status: Number.parseInt(status, 10),
  });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Cache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
  );
}

const refusals: Readonly<Record<string, { readonly status: string; readonly detail: string }>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    detail: `its headers have more than ${limits.maxHeaderSize} bytes`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', detail: 'it did not arrive in time' },
};

async function listenPatiently({
  server,
  host,
  port,
}: {
  readonly server: Server;
  readonly host: string;
  readonly port: number;
}): Promise<void> {
  const givesUpAt = Date.now() + portPatienceMs;
  for (;;) {
    const error = await tryToListen({ server, host, port });
    if (error === undefined) return;
    if (error.code === 'EADDRINUSE' && Date.now() < givesUpAt) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    throw new StartError(sentenceFor({ error, host, port }), { cause: error });
  }
}

function tryToListen({
  server,
  host,
  port,
}: {
  readonly server: Server;
  readonly host: string;
  readonly port: number;
}): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => {
      server.off('listening', listening);
      resolve(error);
    };
    const listening = () => {
      server.off('error', failed);
      resolve(undefined);
    };
    server.once('error', failed);
    server.once('listening', listening);
    server.listen({ host, port });
  });
}

function sentenceFor({
  error,
  host,
  port,
}: {
  readonly error: NodeJS.ErrnoException;
  readonly host: string;
  readonly port: number;
}): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Cannot listen on ${host}:${port}: the port is in use. Stop what uses it, or set PORT to a free one`;
    case 'EACCES':
      return `Cannot listen on ${host}:${port}: this account may not use the port. Set PORT to one above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `Cannot listen on ${host}:${port}: this machine has no such address. Set HOST to one of its own`;
    default:
      return `Cannot listen on ${host}:${port}: ${error.message}`;
  }
}

function closeServer({
  server,
  open,
  patienceMs,
}: {
  readonly server: Server;
  readonly open: ReadonlySet<Socket>;
  readonly patienceMs: number;
}): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), patienceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
    // Browsers connect ahead of what they may ask for. Node does not count a connection as idle before its first request.
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  });
}
