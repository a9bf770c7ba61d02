import { flag, ruleset } from '@fauna-flags/core/testing';
import { describe, expect, it } from 'vitest';
import { bearerWorld } from '../testing/bearer-world.ts';
import { registryOf } from '../testing/documents.ts';
import { whenReady } from './when-ready.ts';

describe('whenReady()', () => {
  it('waits for the source of a bearer, and no longer', async () => {
    const world = await bearerWorld({ registry: null });
    let isOver = false;
    const over = whenReady(world.bearer, 60_000).then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isOver).toBe(false);
    await world.publish(ruleset(flag('pay').on()));
    await world.publishKeys(registryOf());
    await over;
    expect(world.bearer.status().ready).toBe(true);
  });

  it('gives up on a source that is away', async () => {
    const world = await bearerWorld({ registry: null });
    await whenReady(world.bearer, 50);
    expect(world.bearer.status().ready).toBe(false);
  });
});
