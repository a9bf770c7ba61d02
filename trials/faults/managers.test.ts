import { storeKeys } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { eventually, pause } from '../../manager/test/support/fauna-process.ts';
import { bound } from '../support/bound.ts';
import { StoreWatch } from '../support/store-watch.ts';
import { watchedWorld } from '../support/watched-world.ts';
import type { World } from '../support/world.ts';

describe('managers that die or stand still around a publish', () => {
  let world: World;
  watchedWorld({ managers: 2, bearers: 2 }, (started) => {
    world = started;
  });

  const stored = () => world.redis.client.hget(storeKeys.positions, world.oracle.environmentId);
  const publishState = async () => {
    const [row] = await world.postgres.query<{ at: string }>(
      `SELECT epoch || '-' || version || '-' || hash AS at FROM publish_state WHERE document_id = '${world.oracle.environmentId}'`,
    );
    return row?.at;
  };
  const untilMoved = async (from: string | null, patienceMs = 5_000) => {
    const startMs = performance.now();
    await eventually(async () => (await stored()) !== from, {
      patienceMs,
      what: 'a newer position in Redis',
    });
    return performance.now() - startMs;
  };

  it('F3: killed between reading and offering a snapshot, the other manager publishes it within 0.5 s', async () => {
    const before = await stored();
    world.manager().toRedis.be('blackhole');
    await world.oracle.mustWrite();
    await world.manager().fauna.end('SIGKILL');
    expect(await untilMoved(before)).toBeLessThan(bound(500));
    expect(await world.untilServed(world.bearer())).toBeLessThan(bound(1_000));
    world.manager().toRedis.be('pass');
    await world.manager().fauna.start();
  });

  it('F4: killed after offering and before noting it, the other manager offers the same again', async () => {
    const before = await stored();
    world.manager().toRedis.be('half-up');
    await world.oracle.mustWrite();
    await untilMoved(before);
    await world.manager().fauna.end('SIGKILL');
    const published = await stored();
    await eventually(async () => (await publishState()) === published, { what: 'the note of it' });
    expect(await stored()).toBe(published);
    expect(await world.untilServed(world.bearer())).toBeLessThan(bound(1_000));
    world.manager().toRedis.be('pass');
    await world.manager().fauna.start();
  });

  it('F5: a manager that stood still with an old snapshot in its hands does not bring it back', async () => {
    const steps = new StoreWatch(world.redis.client, world.oracle.environmentId);
    const casCalls = async () => {
      const stats = await world.redis.client.info('commandstats');
      return Number(/cmdstat_eval:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    };
    world.manager().toRedis.be('blackhole');
    await world.oracle.mustWrite();
    await pause(100); // The offer is on its way, in the hands of the proxy.
    world.manager().freeze();
    try {
      world.oracle.writeThrough(world.manager(1).fauna);
      for (let write = 0; write < 5; write += 1) await world.oracle.mustWrite();
      await world.untilServed(world.bearer());
      await pause(5_000);
      const before = await casCalls();
      world.manager().toRedis.be('pass');
      await eventually(async () => (await casCalls()) > before, { what: 'the late offer' });
    } finally {
      world.manager().thaw();
    }
    await pause(1_500);
    steps.stop();
    expect(steps.regressions).toEqual([]);
    expect(await world.oracle.valueAt(world.bearer().url)).toBe(world.oracle.acknowledged);
    world.oracle.writeThrough(world.manager().fauna);
    await world.oracle.mustWrite();
    expect(await world.untilServed(world.bearer())).toBeLessThan(bound(2_000));
  });

  it('F6: without any manager nothing fails at bearers, and one that is started anew serves', async () => {
    const prober = world.probe(100, [world.bearer()]);
    await Promise.all(world.managers.map(({ fauna }) => fauna.end('SIGKILL')));
    await world.bearer(1).kill();
    await pause(4_000);
    await world.bearer(1).start();
    expect(await world.untilServed(world.bearer(1), 5_000)).toBeLessThan(bound(2_000));
    await pause(4_000);
    const { failures, asked } = await prober.stop();
    expect(failures).toEqual([]);
    expect(asked).toBeGreaterThan(500);
    await Promise.all(world.managers.map(({ fauna }) => fauna.start()));
    await world.oracle.mustWrite();
    await world.untilServed(world.bearer(1));
  });
});
