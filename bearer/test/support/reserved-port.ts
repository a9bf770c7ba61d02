import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** Below what systems give away by themselves: 32768 and up on Linux, 49152 and up elsewhere. */
const ports = { from: 10_000, to: 20_000 } as const;
/** How far above each port its guard stands. */
const guardDistance = 10_000;
const attemptsMax = 200;

/**
 * A loopback port for a server of a test, which may start later, die and come back: nothing listens on it now, and nobody else who
 * asks here is given it while this process lives.
 *
 * A probe alone leaves the time between it and the start of the server open, in which another test may probe the same port. So
 * whoever is given a port listens on its guard until the process ends; the system lets no other have the guard.
 */
export async function reservedPort(): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const port = randomInt(ports.from, ports.to);
    const guard = await listen(port + guardDistance);
    if (guard === undefined) continue;
    const probe = await listen(port);
    if (probe !== undefined) {
      await close(probe);
      guard.unref();
      return port;
    }
    await close(guard);
  }
  throw new Error(`Cannot find a free port from ${ports.from} to ${ports.to}`);
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
