import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyRegistryDocument, type Snapshot } from '@fauna-flags/protocol';
import { benchEnvironment, registrySnapshot, rulesetsInTurn } from './stream-documents.ts';

/** A bearer on another runtime, over a real Redis that holds the documents of the benchmark. */
export interface RuntimeServer {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The runtimes besides Node. */
export type RuntimeName = 'deno' | 'workerd';

interface TestRedis {
  readonly url: string;
  publish(documentId: string, snapshot: Snapshot): Promise<void>;
  dispose(): Promise<void>;
}

/** Ends what was started, last things first. */
type Ending = () => unknown;

/** Starts a bearer as its contract suite does: what that one needs is used here too. */
export async function startRuntime(name: RuntimeName): Promise<RuntimeServer> {
  const endings: Ending[] = [];
  const stop = async () => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    const { RedisServer } = (await support('bearer/test/support/redis-server.ts')) as {
      RedisServer: { start(): Promise<TestRedis> };
    };
    const redis = await RedisServer.start();
    endings.push(() => redis.dispose());
    await redis.publish(keyRegistryDocument, registrySnapshot());
    await redis.publish(benchEnvironment, rulesetsInTurn()('rollout-10'));
    const started = name === 'deno' ? await startDeno(redis, endings) : await startWorkerd(redis, endings);
    await untilReady(started.port);
    return { ...started, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Resident memory of a process as the kernel sees it: other runtimes cannot be asked to collect first. */
export function rssBytesOf(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) * 1_024;
}

/** Support of the tests is no part of any package, so it is found by its place. */
function support(path: string): Promise<unknown> {
  return import(new URL(`../../${path}`, import.meta.url).href);
}

async function startDeno(redis: TestRedis, endings: Ending[]) {
  const { BearerProcess } = (await support('bearer/test/support/bearer-process.ts')) as {
    BearerProcess: new (
      command: readonly string[],
      environment: Readonly<Record<string, string>>,
    ) => {
      readonly url: string;
      readonly pid: number;
      start(): Promise<void>;
      end(signal: 'SIGKILL'): Promise<unknown>;
    };
  };
  const { denoArguments, denoBinary } = (await support('scripts/deno.mjs')) as {
    denoBinary(): string;
    denoArguments(environment: Readonly<Record<string, string>>): readonly string[];
  };
  const folder = mkdtempSync(join(tmpdir(), 'fauna-bench-deno-'));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  const environment = { PORT: '0', REDIS_URL: redis.url, FAUNA_DATA_DIR: folder, LOG_LEVEL: 'warn' };
  const bearer = new BearerProcess([denoBinary(), ...denoArguments(environment)], environment);
  await bearer.start();
  endings.push(() => bearer.end('SIGKILL'));
  return { port: Number(new URL(bearer.url).port), pid: bearer.pid };
}

async function startWorkerd(redis: TestRedis, endings: Ending[]) {
  const { UpstashServer } = (await support('bearer/test/support/upstash-server.ts')) as {
    UpstashServer: {
      start(
        redis: TestRedis,
      ): Promise<{ readonly url: string; readonly token: string; dispose(): Promise<void> }>;
    };
  };
  const { bundleWorker } = (await support('bearer/test/support/worker-bundle.ts')) as {
    bundleWorker(): Promise<{ readonly source: string }>;
  };
  const { Worker } = (await support('bearer/test/support/worker.ts')) as {
    Worker: new (
      source: string,
      bindings: Readonly<Record<string, string>>,
    ) => { readonly url: string; start(): Promise<void>; dispose(): Promise<void> };
  };
  const upstash = await UpstashServer.start(redis);
  endings.push(() => upstash.dispose());
  const { source } = await bundleWorker();
  const worker = new Worker(source, {
    UPSTASH_REDIS_REST_URL: upstash.url,
    UPSTASH_REDIS_REST_TOKEN: upstash.token,
  });
  await worker.start();
  endings.push(() => worker.dispose());
  return { port: Number(new URL(worker.url).port), pid: childNamed('workerd') };
}

function childNamed(name: string): number {
  for (const entry of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      const [, comm, parent] = /^\d+ \((.*)\) \S (\d+)/.exec(stat) ?? [];
      if (comm === name && Number(parent) === process.pid) return Number(entry);
    } catch {
      // It has just ended.
    }
  }
  throw new Error(`Cannot find the process of ${name}`);
}

async function untilReady(port: number): Promise<void> {
  const endsAt = Date.now() + 60_000;
  while (Date.now() < endsAt) {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, {
      headers: { connection: 'close' },
    }).catch(() => undefined);
    await response?.text();
    if (response?.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Cannot measure a bearer on port ${port}: it has not become ready`);
}
