import { describe, expect, it } from 'vitest';
import { MemoryShelf, memorySources } from '../documents/memory-shelf.ts';
import { keySourceContract } from '../keys/key-source.contract.ts';
import { keysAmong } from '../keys/keys-among.ts';
import { rulesetSourceContract } from '../rulesets/ruleset-source.contract.ts';
import type { RulesetSource } from '../rulesets/ruleset-source.ts';
import { snapshotOf } from '../testing/documents.ts';
import { ManualClock, settled } from '../testing/manual-clock.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { type FallbackSource, StackedSource } from './stacked-source.ts';

/** A store that can go away, and a fallback that is live once it has been opened, unless a test says otherwise. */
class World {
  readonly clock = new ManualClock();
  readonly log = new MemoryLog();
  readonly store = new MemoryShelf();
  readonly manager = new MemoryShelf();
  isStoreAway = false;
  /** A store that is away says so at once, or never says anything. */
  isStoreSilent = false;
  isManagerAway = false;
  random = 0.5;
  opened = 0;
  open = 0;
  readonly source: StackedSource;

  constructor(isStoreAway = false) {
    this.isStoreAway = isStoreAway;
    this.source = new StackedSource({
      primary: this.#primary(),
      openFallback: () => this.#fallback(),
      clock: this.clock,
      random: () => this.random,
      log: this.log,
    });
  }

  #primary(): RulesetSource {
    const { rulesets } = memorySources(this.store);
    const answer = <T>(ask: () => Promise<T>): Promise<T> => {
      if (!this.isStoreAway) return ask();
      return this.isStoreSilent ? new Promise(() => {}) : Promise.reject(new Error('The store is away'));
    };
    return {
      read: (id) => answer(() => rulesets.read(id)),
      position: (id) => answer(() => rulesets.position(id)),
      watch: (id, onHint) => rulesets.watch(id, onHint),
      close: () => rulesets.close(),
    };
  }

  #fallback(): FallbackSource {
    this.opened += 1;
    this.open += 1;
    const { rulesets } = memorySources(this.manager);
    let closed = false;
    const waiting = new Set<() => void>();
    setImmediate(() => {
      if (!this.isManagerAway) for (const onHint of waiting) onHint();
    });
    return {
      isLive: () => !this.isManagerAway && !closed,
      isCurrent: () => !this.isManagerAway && !closed,
      read: (id) => rulesets.read(id),
      position: (id) => rulesets.position(id),
      watch: (id, onHint) => {
        waiting.add(onHint);
        const end = rulesets.watch(id, onHint);
        return () => {
          waiting.delete(onHint);
          end();
        };
      },
      close: async () => {
        if (!closed) this.open -= 1;
        closed = true;
        await rulesets.close();
      },
    };
  }

  hints(documentId: string) {
    const counter = { count: 0 };
    this.source.watch(documentId, () => {
      counter.count += 1;
    });
    return counter;
  }
}

for (const isStoreAway of [false, true]) {
  const name = `StackedSource over ${isStoreAway ? 'its fallback' : 'its store'}`;
  const fixture = async () => {
    const world = new World(isStoreAway);
    await settled();
    if (isStoreAway) await world.clock.advance(10_000);
    const shelf = isStoreAway ? world.manager : world.store;
    return {
      source: world.source,
      put: async (id: string, snapshot: ReturnType<typeof snapshotOf>) => shelf.put(id, snapshot),
    };
  };
  rulesetSourceContract(name, fixture);
  keySourceContract(name, async () => {
    const { source, put } = await fixture();
    return {
      source: keysAmong(source),
      put: (snapshot) => put('keys', snapshot),
      putOther: (snapshot) => put('environment-a', snapshot),
    };
  });
}

describe('StackedSource', () => {
  it('reads from the store while that answers, and asks nobody else', async () => {
    const world = new World();
    await world.clock.advance(60_000);
    expect([world.source.inUse(), world.opened]).toEqual(['store', 0]);
  });

  for (const isStoreSilent of [false, true])
    it(`reads from the fallback within 9 s of the store's last answer, when that ${isStoreSilent ? 'hangs' : 'refuses'}`, async () => {
      const world = new World();
      world.store.put('a', snapshotOf({ a: 1 }));
      await settled();
      const hints = world.hints('a');
      world.isStoreAway = true;
      world.isStoreSilent = isStoreSilent;
      world.manager.put('a', snapshotOf({ a: 2 }, { version: 2 }));
      await world.clock.advance(7_000);
      expect([world.source.inUse(), world.opened]).toEqual(['none', 0]);
      await world.clock.advance(2_000);
      expect([world.source.inUse(), world.opened, hints.count]).toEqual(['fallback', 1, 1]);
      expect((await world.source.read('a'))?.version).toBe(2);
      expect((await world.source.position('a'))?.version).toBe(2);
    });

  it('spreads openings by 3 s ± 20 %, so that a fleet does not come as one', async () => {
    const openedAfter: number[] = [];
    for (const random of [0, 0.25, 0.5, 0.75, 0.999]) {
      const world = new World();
      await settled();
      world.random = random;
      world.isStoreAway = true;
      let ms = 0;
      for (; world.opened === 0 && ms < 20_000; ms += 50) await world.clock.advance(50);
      openedAfter.push(ms);
    }
    expect(openedAfter).toEqual([7_400, 7_700, 8_000, 8_300, 8_600]);
  });

  it('opens nothing for a store that is away for less than 5 s', async () => {
    const world = new World();
    await settled();
    world.isStoreAway = true;
    await world.clock.advance(4_900);
    world.isStoreAway = false;
    await world.clock.advance(60_000);
    expect([world.source.inUse(), world.opened]).toEqual(['store', 0]);
  });

  it('waits less for a store that has never answered: a bearer that starts may have nothing to serve', async () => {
    const world = new World(true);
    await settled();
    await world.clock.advance(4_000);
    expect([world.source.inUse(), world.opened]).toEqual(['fallback', 1]);
  });

  it('returns to the store within 5 s of its return, hints every watch, and leaves the fallback', async () => {
    const world = new World(true);
    await world.clock.advance(10_000);
    const [a, b] = [world.hints('a'), world.hints('b')];
    const before = [a.count, b.count];
    world.isStoreAway = false;
    await world.clock.advance(2_000);
    expect([world.source.inUse(), world.open]).toEqual(['store', 0]);
    expect([a.count, b.count]).toEqual(before.map((count) => count + 1));
    world.manager.put('a', snapshotOf({}));
    expect(a.count).toBe((before[0] ?? 0) + 1);
    world.store.put('a', snapshotOf({}));
    expect(a.count).toBe((before[0] ?? 0) + 2);
  });

  it('says "none" while the fallback is not live, and asks the store, which says what is wrong', async () => {
    const world = new World();
    await settled();
    world.isStoreAway = true;
    world.isManagerAway = true;
    await world.clock.advance(20_000);
    expect([world.source.inUse(), world.opened]).toEqual(['none', 1]);
    await expect(world.source.read('a')).rejects.toThrow('The store is away');
    world.isManagerAway = false;
    expect(world.source.inUse()).toBe('fallback');
  });

  it('goes to the fallback no more often than its bucket lets it, however often the store comes and goes', async () => {
    const world = new World();
    for (let round = 0; round < 60; round += 1) {
      world.isStoreAway = true;
      await world.clock.advance(9_000);
      world.isStoreAway = false;
      await world.clock.advance(1_000);
    }
    // Ten minutes: a burst of three, and one every 20 s.
    expect(world.opened).toBeLessThanOrEqual(33);
    expect(world.opened).toBeGreaterThan(20);
  });

  it('tells once of each way that it goes', async () => {
    const world = new World();
    await settled();
    world.isStoreAway = true;
    await world.clock.advance(60_000);
    world.isStoreAway = false;
    await world.clock.advance(60_000);
    expect(world.log.lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'warn: The store is away: reading from a manager or another bearer',
      'info: The store is back: reading from it again',
    ]);
  });

  it('is quiet after it was closed, at any moment', async () => {
    for (const ms of [0, 2_000, 6_000, 9_000]) {
      const world = new World();
      await settled();
      world.isStoreAway = true;
      await world.clock.advance(ms);
      const hints = world.hints('a');
      const before = hints.count;
      await world.source.close();
      await world.clock.advance(60_000);
      expect([world.clock.pending, world.open, hints.count]).toEqual([0, 0, before]);
    }
  });
});
