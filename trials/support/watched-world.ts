import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { PositionWatch } from './position-watch.ts';
import { World } from './world.ts';

/**
 * A world for the tests of one `describe`, handed over once it stands. After each test it is healed, and whatever was broken,
 * no reader of the first bearer may ever have gone back; after the last it is taken down.
 */
export function watchedWorld(
  size: { readonly managers: number; readonly bearers: number },
  onStarted: (world: World) => void,
): void {
  let world: World | undefined;
  let watch: PositionWatch | undefined;
  beforeAll(async () => {
    world = await World.start(size);
    watch = new PositionWatch(world.bearer().url, world.oracle.serverKey);
    onStarted(world);
  });
  afterEach(() => {
    world?.heal();
    expect(watch?.regressions).toEqual([]);
  });
  afterAll(async () => {
    watch?.close();
    await world?.dispose();
  });
}
