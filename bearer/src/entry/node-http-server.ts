import { createServer, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Problem } from '@fauna-flags/protocol';
import { getRequestListener } from '@hono/node-server';
import { answerProblem } from '../middleware/respond.ts';
import { type Fetch, NodeFrontDoor } from './node-front-door.ts';
import { NodeRequestEnv } from './node-request-env.ts';

/**
 * How long a client may take. Node's defaults (60 s for headers, 300 s for a request, looked at every 30 s) would let a
 * few thousand slow connections hold a server; streams are not touched by these, since their request is short.
 */
const limits = {
  // Heads that mean one thing to a lenient parser and another to the proxy in front of it are refused.
  insecureHTTPParser: false,
  headersTimeout: 5_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 72_000,
  maxHeaderSize: 16 * 1024,
} as const;

/** As many as a bearer's streams and some thousand requests; what comes beyond is closed before anything is read. */
const connectionsMax = 24_000;

/** Node's HTTP server with our front door before it, within limits; whoever makes it lets it listen. */
export function nodeHttpServer(fetch: Fetch): { readonly server: Server; readonly door: NodeFrontDoor } {
  const listener = getRequestListener((request, env) => fetch(request, new NodeRequestEnv(env)), {
    overrideGlobalObjects: false,
    // HTTP/1.0 needs no Host, and health checks of load balancers send none.
    hostname: 'localhost',
    errorHandler: (error) => answerProblem(problemOf(error), { style: 'problem', headers: {} }),
  });
  const server = createServer(limits, (incoming, outgoing) => void listener(incoming, outgoing));
  server.on('clientError', refuseMalformed);
  server.maxRequestsPerSocket = 1_000;
  // In a worker each attempt to listen leaves a listener behind, and a port that is just being freed takes some.
  server.setMaxListeners(100);
  server.maxConnections = connectionsMax;
  return { server, door: frontDoorOf(server, fetch) };
}

/** Puts the front door before the server's own listener, which from now on gets what the front door passes on. */
function frontDoorOf(server: Server, fetch: Fetch): NodeFrontDoor {
  const parsers = server.listeners('connection');
  server.removeAllListeners('connection');
  const door = new NodeFrontDoor({
    fetch,
    passOn(socket) {
      for (const parse of parsers) parse.call(server, socket);
    },
  });
  server.on('connection', (socket) => door.receive(socket));
  return door;
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
