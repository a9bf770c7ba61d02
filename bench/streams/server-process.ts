import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { BenchServer, Change } from './bench-server.ts';
import { answerParent } from './remote.ts';
import { faunaServer } from './servers/fauna-server.ts';
import { honoServer } from './servers/hono-server.ts';
import { httpServer } from './servers/http-server.ts';
import { netServer } from './servers/net-server.ts';

const servers = {
  fauna: () => faunaServer({ frontDoor: true }),
  'fauna-hono': () => faunaServer({ frontDoor: false }),
  hono: honoServer,
  http: httpServer,
  net: netServer,
} as const satisfies Readonly<Record<string, () => Promise<BenchServer>>>;

/** A server that can be started in a process of its own. */
export type ServerName = keyof typeof servers;

/** What the process of a server can be asked. */
export type ServerMethods = ReturnType<typeof methodsOf>;

/** Runs one server in this process, which must have been started with `--expose-gc`. */
export async function serverProcess([name = '']: readonly string[]): Promise<void> {
  if (!Object.hasOwn(servers, name)) throw new Error(`Cannot start the server "${name}": there is none`);
  answerParent(methodsOf(await servers[name as ServerName]()));
}

function methodsOf(server: BenchServer) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  let delivery = Promise.resolve();
  return {
    port: () => server.port,
    prepare: (change: Change) => server.prepare(change),
    /** Begins to deliver, and says when: nanoseconds of the clock that all processes share. */
    publish() {
      const begunNs = process.hrtime.bigint();
      delivery = server.publish();
      return String(begunNs);
    },
    /** Waits until what was published has been written. */
    delivered: () => delivery,
    /** User and system time of the process so far. */
    cpuUs() {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    /** What is resident once nothing more can be collected. */
    async settledRssBytes() {
      for (let round = 0; round < 6; round += 1) {
        global.gc?.();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return process.memoryUsage.rss();
    },
    /** The longest that the event loop was held since the last question. */
    loopDelayMsMax() {
      const { max } = delay;
      delay.reset();
      return max / 1e6;
    },
  };
}
