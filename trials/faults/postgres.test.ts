import { describe, expect, it } from 'vitest';
import { eventually, pause } from '../../manager/test/support/fauna-process.ts';
import { bound } from '../support/bound.ts';
import { watchedWorld } from '../support/watched-world.ts';
import type { World } from '../support/world.ts';

describe('a Postgres that loses commits which were published', () => {
  let world: World;
  watchedWorld({ managers: 2, bearers: 2 }, (started) => {
    world = started;
  });

  const epochAt = async (bearer = world.bearer()) =>
    Number((await bearer.position(world.oracle.environmentId))?.split('-')[0]);

  /** Publishes `count` writes that a restored Postgres will know nothing of. */
  async function loseWrites(count: number): Promise<void> {
    await world.postgres.backUp();
    await untilWritable();
    for (let write = 0; write < count; write += 1) await world.oracle.mustWrite();
    for (const bearer of world.bearers) await world.untilServed(bearer);
  }

  /** Managers find a Postgres that was away by themselves. */
  const untilWritable = () =>
    eventually(async () => (await world.oracle.write()).kind === 'acknowledged', { what: 'writes again' });

  it('F9: loses commits and gets no new ones: all move to what survived within 6 s, on a higher epoch', async () => {
    await loseWrites(3);
    const [lost, epoch] = [world.oracle.acknowledged, await epochAt()];
    await world.postgres.restore();
    const startMs = performance.now();
    await eventually(
      async () => (await world.oracle.believeDatabase().catch(() => undefined)) !== undefined,
      {
        what: 'the database behind the API',
      },
    );
    expect(world.oracle.acknowledged).not.toBe(lost);
    for (const bearer of world.bearers) await world.untilServed(bearer);
    expect(performance.now() - startMs).toBeLessThan(bound(6_000 + 1_000));
    expect(await epochAt()).toBeGreaterThan(epoch);
  });

  it('F10: loses a commit and gives its version to another: all move to what survived within 6 s', async () => {
    await loseWrites(1);
    const [lost, epoch] = [world.oracle.acknowledged, await epochAt()];
    await world.postgres.restore();
    const startMs = performance.now();
    await untilWritable();
    expect(world.oracle.acknowledged).not.toBe(lost);
    for (const bearer of world.bearers) await world.untilServed(bearer);
    expect(performance.now() - startMs).toBeLessThan(bound(6_000 + 1_000));
    expect(await epochAt()).toBeGreaterThan(epoch);
    expect(await world.oracle.valueInDatabase()).toBe(world.oracle.acknowledged);
  });

  it('F11: the same while Redis is emptied too: bearers tell, and all move to what survived within 11 s', async () => {
    await loseWrites(1);
    await pause(3_500); // A heartbeat tells where bearers are.
    const [lost, epoch] = [world.oracle.acknowledged, await epochAt()];
    await world.postgres.restore();
    await world.redis.client.flushall();
    const startMs = performance.now();
    await untilWritable();
    expect(world.oracle.acknowledged).not.toBe(lost);
    for (const bearer of world.bearers) await world.untilServed(bearer);
    expect(performance.now() - startMs).toBeLessThan(bound(11_000 + 1_000));
    expect(await epochAt()).toBeGreaterThan(epoch);
  });
});
