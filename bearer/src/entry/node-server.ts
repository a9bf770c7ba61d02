import type { Server } from 'node:http';
import type { Fetch, NodeFrontDoor } from './node-front-door.ts';
import { nodeHttpServer } from './node-http-server.ts';
import { StartError } from './start-error.ts';

/** A listening server. */
export interface RunningServer {
  /** The port that it got, also when 0 was asked for. */
  readonly port: number;
  /** Takes no new connections and waits for open answers, at most `patienceMs`; then cuts what is left. */
  close(patienceMs: number): Promise<void>;
}

/** How many connections may wait to be taken: a storm of reconnects comes faster than one turn of the event loop takes them. */
const backlogMax = 4_096;

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
  /** Answers one request; `env` is a `RequestEnv`, and carries Node's own request and response where there are any. */
  readonly fetch: Fetch;
}): Promise<RunningServer> {
  const { server, door } = nodeHttpServer(fetch);
  await listenPatiently({ server, host, port });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: (patienceMs) => closeServer({ server, door, patienceMs }),
  };
}

async function listenPatiently({
  server,
  host,
  port,
}: {
  readonly server: Server;
  readonly host: string;
  readonly port: number;
}): Promise<void> {
  const givesUpAt = performance.now() + portPatienceMs;
  for (;;) {
    const error = await tryToListen({ server, host, port });
    if (error === undefined) return;
    if (error.code === 'EADDRINUSE' && performance.now() < givesUpAt) {
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
    server.listen({ host, port, backlog: backlogMax });
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
  door,
  patienceMs,
}: {
  readonly server: Server;
  readonly door: NodeFrontDoor;
  readonly patienceMs: number;
}): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => door.closeAll(), patienceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
    door.closeIdle();
  });
}
