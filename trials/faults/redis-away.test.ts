import { createClient } from '@fauna-flags/client';
import { storeKeys } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { eventually, pause } from '../../manager/test/support/fauna-process.ts';
import { bound } from '../support/bound.ts';
import { quantile } from '../support/quantiles.ts';
import { watchedWorld } from '../support/watched-world.ts';
import type { World } from '../support/world.ts';

/** Long enough for everybody to have noticed; the bounds are those of a minute. */
const awayMs = 12_000;

describe('a Redis that is away for a while', () => {
  let world: World;
  watchedWorld({ managers: 2, bearers: 2 }, (started) => {
    world = started;
  });

  const outages = [
    {
      name: 'F12: killed',
      begin: () => world.redis.kill(),
      end: () => world.redis.start(),
    },
    {
      name: 'F13: stopped in its tracks',
      begin: async () => void process.kill(world.redis.pid, 'SIGSTOP'),
      end: async () => void process.kill(world.redis.pid, 'SIGCONT'),
    },
  ] as const;

  for (const { name, begin, end } of outages) {
    it(`${name}: writes go on, updates arrive within 15 s, and within 5 s all is as before`, async () => {
      const prober = world.probe(50);
      const calm: number[] = [];
      for (let write = 0; write < 20; write += 1) calm.push((await world.oracle.write()).tookMs);
      await begin();
      const beganMs = performance.now();
      const tookMs: number[] = [];
      for (let write = 0; write < 20; write += 1) {
        const outcome = await world.oracle.write();
        expect(outcome.kind).toBe('acknowledged');
        tookMs.push(outcome.tookMs);
      }
      // Nobody who writes waits for Redis: a command there may take a second and more.
      expect(quantile(tookMs, 0.5)).toBeLessThan(bound(quantile(calm, 0.5) + 300));
      for (const bearer of world.bearers) await world.untilServed(bearer, 30_000);
      expect(performance.now() - beganMs).toBeLessThan(bound(15_000));
      await world.oracle.mustWrite();
      for (const bearer of world.bearers) expect(await world.untilServed(bearer)).toBeLessThan(bound(5_000));
      await pause(Math.max(0, awayMs - (performance.now() - beganMs)));
      await end();
      const backMs = performance.now();
      await eventually(
        async () => {
          const listening = await world.redis.client.pubsub('NUMSUB', storeKeys.hints).catch(() => []);
          return listening[1] === 2 && (await world.redis.client.exists(storeKeys.snapshot('keys'))) === 1;
        },
        { what: 'a Redis that is filled and listened to' },
      );
      await world.oracle.mustWrite();
      for (const bearer of world.bearers) expect(await world.untilServed(bearer)).toBeLessThan(bound(2_000));
      expect(performance.now() - backMs).toBeLessThan(bound(5_000 + 2_000));
      expect((await prober.stop()).failures).toEqual([]);
    });
  }

  it('F24: a bearer that stands still loses its clients to another one within 60 s', async () => {
    const [frozen, other] = [world.bearer(0), world.bearer(1)];
    const client = createClient({
      url: [frozen.url, other.url],
      key: world.oracle.clientKey,
      context: { key: 'user-1' },
      storage: null,
    });
    try {
      await client.ready();
      await pause(500);
      frozen.freeze();
      const startMs = performance.now();
      await world.oracle.mustWrite();
      await eventually(() => client.get('counter', -1) === world.oracle.acknowledged, {
        patienceMs: 90_000,
        what: 'a client that has found the other bearer',
      });
      expect(performance.now() - startMs).toBeLessThan(bound(60_000));
    } finally {
      frozen.thaw();
      client.close();
    }
    await world.untilServed(frozen);
  });
});
