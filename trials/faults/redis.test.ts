import { storeKeys } from '@fauna-flags/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually, pause } from '../../manager/test/support/fauna-process.ts';
import { bound } from '../support/bound.ts';
import { RedisReplica } from '../support/redis-replica.ts';
import { watchedWorld } from '../support/watched-world.ts';
import type { World } from '../support/world.ts';

describe('a Redis that loses what it has, or takes no more', () => {
  let world: World;
  watchedWorld({ managers: 2, bearers: 2 }, (started) => {
    world = started;
  });

  const isStored = async (redis = world.redis.client) =>
    (await redis.exists(storeKeys.snapshot(world.oracle.environmentId), storeKeys.snapshot('keys'))) === 2;
  const untilStored = (redis = world.redis.client) =>
    eventually(() => isStored(redis).catch(() => false), { what: 'documents in Redis' });

  it('F14: emptied, it is filled again within 6 s, and nobody is served less meanwhile', async () => {
    const prober = world.probe(50);
    await world.redis.client.flushall();
    const startMs = performance.now();
    await untilStored();
    expect(performance.now() - startMs).toBeLessThan(bound(6_000));
    await world.oracle.mustWrite();
    for (const bearer of world.bearers) expect(await world.untilServed(bearer)).toBeLessThan(bound(2_000));
    expect((await prober.stop()).failures).toEqual([]);
  });

  it('F15: back from a restart with nothing, it is filled within 6 s and listened to within 2 s', async () => {
    const prober = world.probe(50);
    await world.redis.kill();
    await pause(1_000);
    await world.redis.start();
    const startMs = performance.now();
    await eventually(async () => (await world.redis.client.pubsub('NUMSUB', storeKeys.hints))[1] === 2, {
      what: 'both subscriptions',
    });
    // Whoever waits between two attempts waits for at most 2 s · 1.5.
    expect(performance.now() - startMs).toBeLessThan(bound(3_500));
    await untilStored();
    expect(performance.now() - startMs).toBeLessThan(bound(6_000));
    await world.oracle.mustWrite();
    for (const bearer of world.bearers) expect(await world.untilServed(bearer)).toBeLessThan(bound(2_000));
    expect((await prober.stop()).failures).toEqual([]);
  });

  it('F17: full or read-only, it is told of in the log, reads go on, and it is written 5 s after', async () => {
    const { fauna } = world.manager();
    for (const { spoil, mend, word } of [
      {
        spoil: () => world.redis.client.config('SET', 'maxmemory', 1),
        mend: () => world.redis.client.config('SET', 'maxmemory', 0),
        word: 'OOM',
      },
      {
        // A replica of nobody: it answers reads and refuses writes.
        spoil: () => world.redis.client.replicaof('127.0.0.1', 1),
        mend: () => world.redis.client.replicaof('NO', 'ONE'),
        word: 'READONLY',
      },
    ]) {
      fauna.output = '';
      const prober = world.probe(50);
      const before = await world.oracle.valueAt(world.bearer().url);
      onTestFinished(async () => void (await mend()));
      await spoil();
      await world.oracle.mustWrite();
      await eventually(() => fauna.output.includes(word), { what: `${word} in the log` });
      await pause(2_000);
      expect(await world.oracle.valueAt(world.bearer().url), word).toBe(before);
      await mend();
      for (const bearer of world.bearers)
        expect(await world.untilServed(bearer), word).toBeLessThan(bound(6_000));
      expect((await prober.stop()).failures, word).toEqual([]);
    }
  });

  it('F18: hints lost with the subscription are made up for within 2 s', async () => {
    for (let round = 0; round < 3; round += 1) {
      await world.redis.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await world.oracle.mustWrite();
      for (const bearer of world.bearers) expect(await world.untilServed(bearer)).toBeLessThan(bound(2_000));
    }
  });

  it('F39: without the key registry keys stay good, and it is back within 6 s', async () => {
    const prober = world.probe(50);
    await world.redis.client.del(storeKeys.snapshot('keys'));
    await world.redis.client.hdel(storeKeys.positions, 'keys');
    const startMs = performance.now();
    await untilStored();
    expect(performance.now() - startMs).toBeLessThan(bound(6_000));
    const made = await world.oracle.makeKey();
    await made.revoke();
    expect((await prober.stop()).failures).toEqual([]);
  });

  it('F16: a failover to a replica that lags is made up for within 6 s, and takes nobody back', async () => {
    const replica = await RedisReplica.of(world.redis);
    const late = await world.anotherBearer({ redisPort: replica.server.port });
    try {
      const old = world.oracle.acknowledged;
      replica.toPrimary.be('blackhole');
      for (let write = 0; write < 3; write += 1) await world.oracle.mustWrite();
      for (const bearer of world.bearers) await world.untilServed(bearer);
      await world.redis.kill();
      await replica.promote();
      const startMs = performance.now();
      for (const { toRedis } of [...world.managers, ...world.bearers]) {
        toRedis.aimAt(replica.server.port);
        toRedis.cut();
      }
      const refreshed = eventually(
        async () => {
          const fields = await replica.server.client.hgetall(storeKeys.snapshot(world.oracle.environmentId));
          return fields.payload?.includes(`"defaultServe":{"variation":"v${world.oracle.acknowledged}"}`);
        },
        { what: 'the newest ruleset in the new primary' },
      ).then(() => performance.now() - startMs);
      // A bearer that starts now has nothing newer to hold against what lies there.
      await late.start();
      expect(await world.untilServed(late)).toBeLessThan(bound(6_000));
      expect(await refreshed).toBeLessThan(bound(6_000 + 500));
      for (const bearer of world.bearers)
        expect(await world.oracle.valueAt(bearer.url)).toBe(world.oracle.acknowledged);
      expect(world.oracle.acknowledged).not.toBe(old);
      await world.oracle.mustWrite();
      for (const bearer of world.bearers) expect(await world.untilServed(bearer)).toBeLessThan(bound(2_000));
    } finally {
      await late.dispose();
      await replica.dispose();
    }
  });
});
