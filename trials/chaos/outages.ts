import { eventually, pause } from '../../manager/test/support/fauna-process.ts';
import type { BearerNode } from '../support/bearer-node.ts';
import { PositionWatch } from '../support/position-watch.ts';
import { quantile } from '../support/quantiles.ts';
import { World } from '../support/world.ts';
import { atMost, type ChaosRun, exactly, type Finding, holds, type Scenario } from './scenario.ts';

/** C7. */
export const redisKilled: Scenario = {
  id: 'C7',
  title: 'Redis killed for 60 s during writes, 500 evaluations a second',
  shortened: '20 s',
  run: (run) =>
    redisAway(run, {
      begin: (world) => world.redis.kill(),
      end: (world) => world.redis.start(),
    }),
};

/** C8. */
export const redisFrozen: Scenario = {
  id: 'C8',
  title: 'Redis stopped (SIGSTOP) for 60 s during writes, 500 evaluations a second',
  shortened: '20 s',
  run: (run) =>
    redisAway(run, {
      begin: async (world) => void process.kill(world.redis.pid, 'SIGSTOP'),
      end: async (world) => void process.kill(world.redis.pid, 'SIGCONT'),
      hangMsMax: 1_200,
    }),
};

async function redisAway(
  { isFull }: ChaosRun,
  {
    begin,
    end,
    hangMsMax,
  }: {
    readonly begin: (world: World) => Promise<void>;
    readonly end: (world: World) => Promise<void>;
    readonly hangMsMax?: number;
  },
): Promise<readonly Finding[]> {
  const awayMs = isFull ? 60_000 : 20_000;
  const world = await World.start({ managers: 2, bearers: 2 });
  try {
    const writes = async (count: number, eachMs: number) => {
      const tookMs: number[] = [];
      let refused = 0;
      for (let write = 0; write < count; write += 1) {
        const outcome = await world.oracle.write();
        tookMs.push(outcome.tookMs);
        if (outcome.kind !== 'acknowledged') refused += 1;
        await pause(eachMs);
      }
      return { tookMs, refused };
    };
    await writes(20, 20);
    const calm = await writes(60, 20);
    const prober = world.probe(500);
    await pause(1_000);
    await begin(world);
    const beganMs = performance.now();
    const during = await writes(10, 20);
    const firstMs = Math.max(...(await Promise.all(world.bearers.map((b) => world.untilServed(b, 30_000)))));
    const more = await writes(50, 20);
    const laterMs = Math.max(...(await Promise.all(world.bearers.map((b) => world.untilServed(b, 30_000)))));
    await pause(Math.max(0, awayMs - (performance.now() - beganMs)));
    await end(world);
    const returnedMs = performance.now();
    await eventually(
      async () => {
        const listening = await world.redis.client.pubsub('NUMSUB', '{fauna}:n').catch(() => []);
        return Number(listening[1]) >= world.bearers.length;
      },
      { patienceMs: 30_000, what: 'the subscriptions' },
    );
    await world.oracle.mustWrite();
    for (const bearer of world.bearers) await world.untilServed(bearer, 30_000);
    const backMs = performance.now() - returnedMs;
    const probes = await prober.stop();
    const away = [...during.tookMs, ...more.tookMs];
    return [
      exactly(`failed evaluations of ${probes.asked}`, probes.failureCount, 0, probes.failures),
      exactly('writes that were not 2xx', during.refused + more.refused, 0),
      atMost('p99 of commits, × of that before', quantile(away, 0.99) / quantile(calm.tookMs, 0.99), 1.1),
      atMost('first writes visible at all bearers after', firstMs / 1_000, 15, ' s'),
      atMost('later writes visible after', laterMs / 1_000, 15, ' s'),
      atMost('back on Redis after its return', backMs / 1_000, 5, ' s'),
      ...(hangMsMax === undefined
        ? []
        : [atMost('longest request', Math.max(probes.maxMs, ...away), hangMsMax, ' ms')]),
    ];
  } finally {
    if (hangMsMax !== undefined) await end(world).catch(() => {});
    await world.dispose();
  }
}

/** C9. */
export const flushes: Scenario = {
  id: 'C9',
  title: 'FLUSHALL × 100 at random during writes',
  shortened: '× 10',
  async run({ isFull }) {
    const world = await World.start({ managers: 2, bearers: 2 });
    const watch = new PositionWatch(world.bearer().url, world.oracle.serverKey);
    try {
      const prober = world.probe(100);
      let worstMs = 0;
      for (let flush = 0; flush < (isFull ? 100 : 10); flush += 1) {
        await world.oracle.mustWrite();
        await pause(Math.random() * 300);
        await world.redis.client.flushall();
        const startMs = performance.now();
        await world.oracle.mustWrite();
        await eventually(async () => (await world.redis.client.exists('{fauna}:snap:keys')) === 1, {
          what: 'the key registry in Redis',
        });
        for (const bearer of world.bearers) await world.untilServed(bearer);
        worstMs = Math.max(worstMs, performance.now() - startMs);
      }
      const { failureCount, failures, asked } = await prober.stop();
      return [
        exactly(`empty or failed answers of ${asked}`, failureCount, 0, failures),
        atMost('healed after, at worst', worstMs / 1_000, 6, ' s'),
        exactly('steps backwards', watch.regressions.length, 0, watch.regressions),
      ];
    } finally {
      watch.close();
      await world.dispose();
    }
  },
};

/** C10. */
export const postgresKilled: Scenario = {
  id: 'C10',
  title: 'Postgres killed and recovered, five times, during writes',
  async run() {
    const world = await World.start({ managers: 2, bearers: 2 });
    try {
      const prober = world.probe(200);
      const statuses: Record<string, number> = {};
      let isOver = false;
      const lost: string[] = [];
      const writer = (async () => {
        while (!isOver) {
          const outcome = await world.oracle.write();
          const name = outcome.kind === 'refused' ? String(outcome.status) : outcome.kind;
          statuses[name] = (statuses[name] ?? 0) + 1;
          await pause(20);
        }
      })();
      for (let round = 0; round < 5; round += 1) {
        await pause(1_000 + Math.random() * 500);
        await world.postgres.kill();
        await pause(1_500);
        await world.postgres.start();
      }
      await pause(3_000);
      isOver = true;
      await writer;
      const value = await world.oracle.valueInDatabase();
      if (value !== world.oracle.acknowledged && !world.oracle.attempted.has(value))
        lost.push(`the database has ${value}, acknowledged was ${world.oracle.acknowledged}`);
      await world.oracle.mustWrite();
      for (const bearer of world.bearers) await world.untilServed(bearer);
      const { failureCount, failures, asked } = await prober.stop();
      const others = Object.keys(statuses).filter((name) => name !== 'acknowledged' && name !== '503');
      return [
        exactly(`errors of the data plane, of ${asked}`, failureCount, 0, failures),
        exactly('acknowledged commits lost', lost.length, 0, lost),
        holds(
          'writes are 503 and then good again',
          others.length === 0 && (statuses.acknowledged ?? 0) > 20,
          JSON.stringify(statuses),
        ),
      ];
    } finally {
      await world.dispose();
    }
  },
};

/** C13. */
export const darkRestart: Scenario = {
  id: 'C13',
  title: 'all upstream down, bearer restarted',
  async run() {
    const world = await World.start({ managers: 1, bearers: 2 });
    try {
      await world.oracle.mustWrite();
      for (const bearer of world.bearers) await world.untilServed(bearer);
      await pause(1_000);
      await world.manager().fauna.end('SIGKILL');
      await world.redis.kill();
      await world.postgres.stop();
      const prober = world.probe(200, [world.bearer(0)]);
      const worstMs: number[] = [];
      let wrong = 0;
      for (let round = 0; round < 3; round += 1) {
        await world.bearer(1).kill();
        await world.bearer(1).start();
        const startMs = performance.now();
        await untilReady(world.bearer(1));
        worstMs.push(performance.now() - startMs);
        if ((await world.oracle.valueAt(world.bearer(1).url)) !== world.oracle.acknowledged) wrong += 1;
      }
      const { failureCount, failures, asked } = await prober.stop();
      return [
        atMost('ready after it listens, at worst', Math.max(...worstMs) / 1_000, 1, ' s'),
        exactly('restarts that served something else', wrong, 0),
        exactly(`failed evaluations at the other, of ${asked}`, failureCount, 0, failures),
      ];
    } finally {
      await world.dispose();
    }
  },
};

function untilReady(bearer: BearerNode): Promise<unknown> {
  return eventually(async () => (await bearer.readiness())?.ready, { what: 'a ready bearer' });
}
