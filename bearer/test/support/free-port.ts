import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below what systems give away by themselves (from 32768 on Linux, from 49152 elsewhere): between the probe and its use no
 * outgoing connection, and nobody who lets the system choose, can be given the same.
 */
const ports = { from: 20_000, to: 30_000 } as const;
const attemptsMax = 100;

/** A loopback port that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const port = randomInt(ports.from, ports.to);
    if (await isFree(port)) return port;
  }
  throw new Error(`Cannot find a free port from ${ports.from} to ${ports.to}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
