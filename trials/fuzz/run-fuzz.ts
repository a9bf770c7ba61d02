import { RedisServer } from '../../bearer/test/support/redis-server.ts';
import { BearerProcess } from '../../manager/test/support/bearer-process.ts';
import { pause } from '../../manager/test/support/fauna-process.ts';
import { LoadProcess } from '../support/load-process.ts';
import { type ProbeResults, Prober } from '../support/prober.ts';
import { rssOf } from '../support/process-readings.ts';
import { storyDocuments, storyKeys } from '../support/story.ts';
import type { GarbageReport, GarbageTask } from './garbage-sender.ts';

/** What to send. */
export interface FuzzOptions {
  readonly requests: number;
  readonly seed: number;
  /** Evaluations a second that honest clients ask for meanwhile. */
  readonly validPerSecond: number;
  /** How long honest clients are watched alone before, to compare with. */
  readonly calmMs: number;
  readonly onProgress?: (sent: number) => void;
}

/** What became of the bearer. */
export interface FuzzResults {
  readonly tookMs: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly ends: Readonly<Record<string, number>>;
  /** Requests that were answered with 5xx, by number; `garbageOf` makes them again. */
  readonly suspects: GarbageReport['suspects'];
  readonly isAlive: boolean;
  readonly rssGrowthBytes: number;
  readonly calm: ProbeResults;
  readonly valid: ProbeResults;
  /** Lines of the log at levels above "warn". */
  readonly errors: readonly string[];
}

const senders = 2;
const connectionsMax = 24;
/** Sent before memory is looked at: the first requests warm up compilers and pools. */
const warmUp = 1_500;
const shareMax = 2_500;

/** Sends malformed requests to a real bearer in a process of its own, with honest traffic beside them. */
export async function runFuzz({
  requests,
  seed,
  validPerSecond,
  calmMs,
  onProgress = () => {},
}: FuzzOptions): Promise<FuzzResults> {
  const redis = await RedisServer.start();
  const loads = Array.from(
    { length: senders },
    () => new LoadProcess<GarbageTask, GarbageReport>('trials/fuzz/garbage-sender.ts'),
  );
  for (const { documentId, snapshot } of storyDocuments()) await redis.publish(documentId, snapshot);
  const bearer = new BearerProcess({ REDIS_URL: redis.url, LOG_LEVEL: 'error' });
  try {
    await bearer.untilReady();
    const port = Number(new URL(bearer.url).port);
    const probe = () => new Prober({ ports: [port], key: storyKeys.clientKey, perSecond: validPerSecond });

    const sum = { statuses: {}, ends: {}, suspects: [] as GarbageReport['suspects'][number][] };
    const send = (load: (typeof loads)[number], first: number, count: number) =>
      load.ask({ port, keys: storyKeys, seed, first, count, connectionsMax });
    await Promise.all(loads.map((load, at) => send(load, -(at + 1) * warmUp, warmUp)));
    await pause(500);
    const calmProber = probe();
    await pause(calmMs);
    const calm = await calmProber.stop();
    const rssBefore = rssOf(bearer.pid);

    const startMs = performance.now();
    const prober = probe();
    let next = 0;
    let sent = 0;
    const work = async (load: (typeof loads)[number]) => {
      while (next < requests) {
        const first = next;
        const count = Math.min(shareMax, requests - first);
        next += count;
        const report = await send(load, first, count);
        sent += report.sent;
        add(sum.statuses, report.statuses);
        add(sum.ends, report.ends);
        sum.suspects.push(...report.suspects);
        onProgress(sent);
      }
    };
    await Promise.all(loads.map(work));
    const valid = await prober.stop();
    const tookMs = performance.now() - startMs;
    await pause(2_000);
    return {
      ...sum,
      tookMs,
      isAlive: !bearer.hasEnded && (await fetch(`${bearer.url}/readyz`)).ok,
      rssGrowthBytes: bearer.hasEnded ? Number.NaN : rssOf(bearer.pid) - rssBefore,
      calm,
      valid,
      errors: bearer.output.split('\n').filter((line) => /"level":[56]0|Error|^\s+at /.test(line)),
    };
  } finally {
    await Promise.all(loads.map((load) => load.end()));
    await bearer.end();
    await redis.dispose();
  }
}

function add(sum: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) sum[name] = (sum[name] ?? 0) + count;
}
