import type { Server } from 'node:http';

/** What happens in the environment that a server streams. */
export type Change =
  /** One flag is turned over for everybody. */
  | 'everybody'
  /** One flag's rollout is set back to 10 %. */
  | 'rollout-10'
  /** The same flag's rollout goes to 20 %. */
  | 'rollout-20'
  /** One flag is turned over for everybody, and every other flag changes in a way that leaves its value alone. */
  | 'every-flag'
  /** A rule changes that leaves every value alone. */
  | 'nobody';

/** A server under test, in its own process. */
export interface BenchServer {
  readonly port: number;
  /** Makes everything ready for the next change, so that only its delivery is measured. */
  prepare(change: Change): void;
  /** Delivers the change that was prepared; resolves once every stream was written to that has to be. */
  publish(): Promise<void>;
}

/** Lets a server listen at a free port. */
export function portOf(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

/** As long as our own patch of one flag, and with the same word in it. */
export function peerFrame(version: number): string {
  const position = `1700000000-${version}-0a1b2c3d`;
  const flags = `{"flag-000":{"value":${version % 2 === 0},"variation":"on","reason":"DEFAULT"}}`;
  return `id: ${position}\nevent: patch\ndata: {"position":"${position}","flags":${flags},"removed":[]}\n\n`;
}
