import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { eventually, pause } from '../../manager/test/support/fauna-process.ts';
import { OpenStream } from '../../manager/test/support/sse.ts';
import { bound } from '../support/bound.ts';
import { watchedWorld } from '../support/watched-world.ts';
import type { World } from '../support/world.ts';

describe('links of a bearer that break', () => {
  let world: World;
  watchedWorld({ managers: 1, bearers: 1 }, (started) => {
    world = started;
  });

  it('F19: a subscription that is dead without a word is made up for within 6.5 s', async () => {
    const { hints } = await connectionsTo(world.redis.client);
    world.bearer().toRedis.strand(hints);
    await world.oracle.mustWrite();
    expect(await world.untilServed(world.bearer())).toBeLessThan(bound(6_500));
    // A comparison may have found the first change; the next is hinted once the bearer listens anew.
    await eventually(
      async () => (await connectionsTo(world.redis.client)).hints.some((port) => !hints.includes(port)),
      { what: 'a new subscription' },
    );
    await world.oracle.mustWrite();
    expect(await world.untilServed(world.bearer())).toBeLessThan(bound(1_000));
  });

  it('F20: a read that gets no answer after its hint is made up for within 12 s', async () => {
    const { reads } = await connectionsTo(world.redis.client);
    world.bearer().toRedis.strand(reads);
    await world.oracle.mustWrite();
    expect(await world.untilServed(world.bearer())).toBeLessThan(bound(12_000));
    await world.oracle.mustWrite();
    expect(await world.untilServed(world.bearer())).toBeLessThan(bound(1_000));
  });

  it('F26: cut off from everything it serves what it has, and says for how long it has heard nothing', async () => {
    const bearer = world.bearer();
    bearer.toRedis.be('refuse');
    bearer.toManager.be('refuse');
    const before = world.oracle.acknowledged;
    const prober = world.probe(50);
    await world.oracle.mustWrite();
    const status = await eventually(
      async () => {
        const found = (await bearer.readiness())?.environments.find(
          ({ id }) => id === world.oracle.environmentId,
        );
        return found !== undefined && found.source === 'stale' && (found.staleSeconds ?? 0) >= 8 && found;
      },
      { what: 'a bearer that says that it is stale', patienceMs: 30_000 },
    );
    expect(status.position).not.toBeNull();
    expect((await bearer.readiness())?.ready).toBe(true);
    expect(await world.oracle.valueAt(bearer.url)).toBe(before);
    const answer = await fetch(`${bearer.url}/connect/server`, {
      headers: { authorization: `Bearer ${world.oracle.serverKey}` },
    });
    expect(Number(answer.headers.get('fauna-age'))).toBeGreaterThanOrEqual(8);
    await answer.text();
    expect((await prober.stop()).failures).toEqual([]);
    world.heal();
    await world.untilServed(bearer);
  });

  it('F25: cut off from Redis alone, it gets what is new from a manager within 15 s', async () => {
    const bearer = world.bearer();
    bearer.toRedis.be('blackhole');
    const prober = world.probe(50);
    await world.oracle.mustWrite();
    expect(await world.untilServed(bearer, 30_000)).toBeLessThan(bound(15_000));
    await world.oracle.mustWrite();
    expect(await world.untilServed(bearer)).toBeLessThan(bound(2_000));
    bearer.heal();
    await pause(3_000);
    await world.oracle.mustWrite();
    expect(await world.untilServed(bearer)).toBeLessThan(bound(5_000));
    expect((await prober.stop()).failures).toEqual([]);
  });

  it('F38: a revoked key loses its streams within 1 s, and within 15 s while Redis is away; then it gets 401', async () => {
    const bearer = world.bearer();
    for (const { away, boundMs } of [
      { away: false, boundMs: 1_000 },
      { away: true, boundMs: 15_000 },
    ]) {
      const { key, revoke } = await world.oracle.makeKey();
      const connect = () =>
        fetch(`${bearer.url}/connect/client`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}` },
        });
      await eventually(async () => (await connect()).ok, { what: 'the new key at the bearer' });
      const stream = await OpenStream.open(`${bearer.url}/stream/client`, { method: 'POST', key });
      await stream.frame('put');
      if (away) bearer.toRedis.be('blackhole');
      await revoke();
      const startMs = performance.now();
      await stream.frame('revoked', 1, 30_000);
      await eventually(() => stream.ended, { what: 'the end of the stream' });
      expect(performance.now() - startMs, `away: ${away}`).toBeLessThan(bound(boundMs));
      expect((await connect()).status).toBe(401);
    }
  });

  it('F28: a cold bearer without any source refuses early, and is ready within 1 s of its return', async () => {
    const cold = await world.anotherBearer();
    try {
      cold.toRedis.be('refuse');
      cold.toManager.be('refuse');
      await cold.start();
      const retryAfter = new Set<string | null>();
      for (let asked = 0; asked < 12; asked += 1) {
        for (const path of ['/connect/client', '/stream/client']) {
          const startMs = performance.now();
          const answer = await fetch(`${cold.url}${path}`, {
            method: 'POST',
            headers: { authorization: `Bearer ${world.oracle.clientKey}` },
          });
          expect(answer.status, path).toBe(503);
          expect(performance.now() - startMs, path).toBeLessThan(bound(1_000));
          retryAfter.add(answer.headers.get('retry-after'));
          await answer.text();
        }
      }
      expect(retryAfter.size).toBeGreaterThan(2);
      expect(retryAfter).not.toContain(null);
      await pause(3_000); // Long enough for any backoff to have grown.
      cold.toRedis.be('pass');
      cold.toManager.be('pass');
      const startMs = performance.now();
      await eventually(async () => (await cold.readiness())?.ready, { what: 'a ready bearer' });
      expect(performance.now() - startMs).toBeLessThan(bound(1_000));
      await world.untilServed(cold, 1_000);
    } finally {
      await cold.dispose();
    }
  });
});

/** Ports from which the connections of bearers come: those that listen for hints, and those that read. */
async function connectionsTo(redis: Redis): Promise<{ hints: number[]; reads: number[] }> {
  const list = String(await redis.call('CLIENT', 'LIST'));
  const ports = (wanted: (line: string) => boolean) =>
    list.split('\n').flatMap((line) => {
      const [, port] = /addr=127\.0\.0\.1:(\d+)/.exec(line) ?? [];
      return port !== undefined && wanted(line) ? [Number(port)] : [];
    });
  return {
    hints: ports((line) => / sub=[1-9]/.test(line)),
    reads: ports((line) => / sub=0/.test(line)),
  };
}
