import { inspect } from 'node:util';
import {
  compareStored,
  formatStoredPosition,
  type Heartbeat,
  type Snapshot,
  type StoredPosition,
} from '@fauna-flags/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryStore, type Shelf } from './memory-store.ts';
import type { Outbox } from './outbox.ts';
import type { PublishStore } from './publish-store.ts';
import { type Publisher, type PublisherDependencies, startPublisher } from './publisher.ts';
import { StoreRefusal } from './store-refusal.ts';

describe('the publisher', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });

  it('fills an empty store before it says that it runs', async () => {
    world.commit('a', 1, 'x');
    world.outbox.published.set('a', positionOf(world.commit('a', 1, 'x')));
    await world.start();
    expect(world.stored('a')).toMatchObject({ version: 1 });
  });

  it('publishes a commit at once when nudged', async () => {
    const publisher = await world.start();
    world.commit('a', 1, 'x');
    publisher.nudge();
    await world.settle();
    expect(world.stored('a')).toMatchObject({ version: 1 });
    expect(publisher.delivered('a')).toMatchObject({ version: 1 });
    expect(world.outbox.published.get('a')).toMatchObject({ version: 1 });
  });

  it('offers what it is handed as it is, the newest alone, and marks it', async () => {
    const publisher = await world.start();
    const first = world.commit('a', 1, 'x');
    const second = world.commit('a', 2, 'y');
    const reads = world.outbox.reads;
    publisher.nudge(new Map([['a', second]]));
    publisher.nudge(new Map([['a', first]]));
    await world.settle();
    expect(world.stored('a')).toMatchObject({ version: 2 });
    expect(world.outbox.published.get('a')).toMatchObject({ version: 2 });
    expect([publisher.delivered('a')?.version, world.outbox.reads]).toEqual([2, reads]);
  });

  it('finds what nobody handed it also while commits of its own never leave it a quiet moment', async () => {
    const publisher = await world.start();
    world.commit('of-another-manager', 1, 'x');
    for (let version = 1; version <= 6; version += 1) {
      publisher.nudge(new Map([['a', world.commit('a', version, `y${version}`)]]));
      await world.pass(60);
    }
    expect(world.stored('of-another-manager')).toMatchObject({ version: 1 });
    expect(world.stored('a')).toMatchObject({ version: 6 });
  });

  it('offers what it was handed again when the store comes back', async () => {
    const publisher = await world.start();
    world.storeAway = true;
    publisher.nudge(new Map([['a', world.commit('a', 1, 'x')]]));
    await world.pass(1_000);
    world.storeAway = false;
    await world.pass(10_000);
    expect(world.stored('a')).toMatchObject({ version: 1 });
    expect(world.outbox.published.get('a')).toMatchObject({ version: 1 });
  });

  it('finds a commit that nobody nudged for within 250 ms', async () => {
    await world.start();
    world.commit('a', 1, 'x');
    await world.pass(250);
    expect(world.stored('a')).toMatchObject({ version: 1 });
  });

  it('catches a commit that falls into a round under way', async () => {
    const publisher = await world.start();
    world.commit('a', 1, 'x');
    publisher.nudge();
    world.commit('b', 1, 'y');
    publisher.nudge();
    await world.settle();
    expect(world.stored('b')).toMatchObject({ version: 1 });
  });

  it('goes on when the store comes back, and backs off while it is away', async () => {
    const publisher = await world.start();
    world.storeAway = true;
    world.commit('a', 1, 'x');
    publisher.nudge();
    await world.pass(10_000);
    expect(world.storeCalls).toBeLessThan(30);
    world.storeAway = false;
    await world.pass(5_000);
    expect(world.stored('a')).toMatchObject({ version: 1 });
  });

  it('starts without a store, says so, and fills it when it comes', async () => {
    world.storeAway = true;
    world.commit('a', 1, 'x');
    const publisher = await world.start();
    expect(publisher.isStoreUp()).toBe(false);
    await world.pass(60_000);
    expect(world.warnings).toEqual(['Cannot publish: trying again until it works']);
    world.storeAway = false;
    await world.pass(5_000);
    expect(world.stored('a')).toMatchObject({ version: 1 });
    expect(publisher.isStoreUp()).toBe(true);
    expect(world.relief).toEqual(['Publishing works again']);
  });

  it('says of one outage every reason that it has had, once', async () => {
    const publisher = await world.start();
    world.commit('a', 1, 'x');
    publisher.nudge();
    for (const storeAway of ['OOM', 'READONLY', 'OOM']) {
      world.storeAway = storeAway;
      await world.pass(10_000);
    }
    world.storeAway = false;
    await world.pass(10_000);
    world.storeAway = 'OOM';
    await world.pass(10_000);
    expect(world.fields.map((fields) => (fields as { reason: string }).reason)).toEqual([
      'OOM',
      'READONLY',
      'OOM',
    ]);
  });

  it('does not start without a database', async () => {
    world.outbox.positions = () => Promise.reject(new Error('The database is away'));
    await expect(world.start()).rejects.toThrow('The database is away');
  });

  it('notices within six seconds that the store is away, though there is nothing to publish', async () => {
    world.commit('a', 1, 'x');
    const publisher = await world.start();
    world.storeAway = true;
    await world.pass(6_000);
    expect(publisher.isStoreUp()).toBe(false);
    world.storeAway = false;
    await world.pass(5_000);
    expect(publisher.isStoreUp()).toBe(true);
  });

  it('counts a store that takes nothing as away, also while it answers all else, until it takes something', async () => {
    world.commit('a', 1, 'x');
    const publisher = await world.start();
    world.takesNothing = true;
    world.commit('a', 2, 'y');
    await world.pass(20_000);
    expect(publisher.isStoreUp()).toBe(false);
    world.takesNothing = false;
    await world.pass(6_000);
    expect(publisher.isStoreUp()).toBe(true);
    expect(world.stored('a')).toMatchObject({ version: 2 });
  });

  it('fills a store that has been emptied', async () => {
    world.commit('a', 1, 'x');
    await world.start();
    world.shelf.clear();
    await world.pass(6_000);
    expect(world.stored('a')).toMatchObject({ version: 1 });
  });

  it('fills it also while commits never leave it a quiet moment', async () => {
    world.commit('a', 1, 'x');
    const publisher = await world.start();
    world.shelf.clear();
    for (let elapsedMs = 0; elapsedMs < 6_000; elapsedMs += 100) {
      publisher.nudge();
      await world.pass(100);
    }
    expect(world.stored('a')).toMatchObject({ version: 1 });
  });

  it('moves to a new epoch when the store holds commits that the database has lost', async () => {
    world.shelf.set('a', snapshotOf(100, 9, 'lost'));
    world.commit('a', 3, 'survives');
    await world.start();
    await world.pass(1_000);
    expect(world.stored('a')).toMatchObject({ epoch: 101, version: 3 });
    expect(text(world.stored('a'))).toBe('survives');
  });

  it('moves to a new epoch when the same version has other content', async () => {
    world.shelf.set('a', snapshotOf(100, 3, 'lost'));
    world.commit('a', 3, 'survives');
    await world.start();
    await world.pass(1_000);
    expect(world.stored('a')).toMatchObject({ epoch: 101, version: 3 });
    expect(text(world.stored('a'))).toBe('survives');
  });

  it('moves to a new epoch when a bearer alone still knows of commits that the database has lost', async () => {
    world.commit('a', 9, 'lost');
    await world.start();
    world.report('bearer-a', { a: world.commit('a', 9, 'lost'), gone: snapshotOf(100, 3, 'x') });
    world.report('bearer-b', { a: snapshotOf(100, 8, 'older') });
    world.outbox.published.clear();
    world.shelf.clear();
    world.commit('a', 7, 'survives');
    await world.pass(6_500);
    expect(world.stored('a')).toMatchObject({ epoch: 101, version: 7 });
    expect(world.fields).toEqual([
      { documentId: 'a', seenBy: 'bearer-a', position: `100-9-${snapshotOf(100, 9, 'lost').hash}` },
    ]);
    await world.pass(60_000);
    expect(world.stored('a')).toMatchObject({ epoch: 101 });
  });

  it('moves to a new epoch when a bearer serves other content at the same version', async () => {
    world.commit('a', 9, 'survives');
    world.report('bearer-a', { a: snapshotOf(100, 9, 'lost') });
    await world.start();
    await world.pass(6_000);
    expect(world.stored('a')).toMatchObject({ epoch: 101, version: 9 });
  });

  it('takes a bearer that is behind, or has nothing yet, for what it is', async () => {
    world.commit('a', 9, 'x');
    world.report('bearer-a', { a: snapshotOf(100, 8, 'older') });
    world.report('bearer-b', {});
    world.report('bearer-c', { a: undefined });
    await world.start();
    await world.pass(30_000);
    expect([world.stored('a')?.epoch, world.warnings]).toEqual([100, []]);
  });

  it('believes nobody who claims a position of the far future, and says so once', async () => {
    world.commit('a', 9, 'x');
    world.commit('b', 1, 'y');
    world.shelf.set('b', snapshotOf(20_000, 1, 'forged'));
    world.report('bearer-a', { a: snapshotOf(10_000, 1, 'forged') });
    world.commit('c', 1, 'z');
    await world.start();
    await world.pass(60_000);
    expect([world.stored('a')?.epoch, world.outbox.snapshots.get('b')?.epoch]).toEqual([100, 100]);
    expect(world.stored('c')).toMatchObject({ version: 1 });
    const claims = world.warnings.filter((message) => message.startsWith('Somebody claims'));
    expect(claims).toHaveLength(2);
    expect(world.storeCalls).toBeLessThan(200);
  });

  it('reads the database after the store and the bearers, so that what is only late is not taken for lost', async () => {
    world.commit('a', 1, 'x');
    await world.start();
    world.onHeartbeats = () => {
      world.commit('a', 2, 'y');
    };
    world.report('bearer-a', { a: snapshotOf(100, 2, 'y') });
    await world.pass(6_000);
    expect([world.stored('a')?.epoch, world.warnings]).toEqual([100, []]);
  });

  it('asks whether this is another database before each comparison', async () => {
    let asked = 0;
    await world.start({
      async noticeOtherDatabase() {
        asked += 1;
      },
    });
    expect(asked).toBe(1);
    await world.pass(20_000);
    expect(asked).toBeGreaterThanOrEqual(4);
  });

  it('takes away the document of a deleted environment', async () => {
    world.commit('a', 1, 'x');
    await world.start();
    world.outbox.snapshots.delete('a');
    await world.pass(300);
    expect(world.stored('a')).toBeUndefined();
    expect(world.outbox.published.has('a')).toBe(false);
  });

  it('publishes and removes all others while the store does not take some documents', async () => {
    const bad = ['bad-1', 'bad-2', 'bad-3', 'bad-4'];
    for (const documentId of bad) world.commit(documentId, 1, 'x');
    world.commit('gone', 1, 'x');
    world.commit('good', 1, 'x');
    world.refused = new Set(bad);
    const publisher = await world.start();
    await world.pass(1_000);
    expect(world.stored('good')).toMatchObject({ version: 1 });
    world.commit('good', 2, 'y');
    publisher.nudge();
    await world.settle();
    expect(world.stored('good')).toMatchObject({ version: 2 });
    world.outbox.snapshots.delete('gone');
    await world.pass(6_000);
    expect(world.stored('gone')).toBeUndefined();
    expect(publisher.isStoreUp()).toBe(true);
    world.refused.clear();
    await world.pass(5_000);
    for (const documentId of bad) expect(world.stored(documentId)).toMatchObject({ version: 1 });
  });

  it('backs off from a document that the store does not take, and says once which and why', async () => {
    world.commit('good', 1, 'x');
    await world.start();
    world.refused = new Set(['bad']);
    world.commit('bad', 1, 'x');
    await world.pass(60_000);
    expect(world.storeCalls).toBeLessThan(60);
    expect(world.fields).toEqual([{ reason: 'The store does not take bad', documentIds: ['bad'] }]);
  });

  it('logs the reason of a failure and nothing that hangs on the error', async () => {
    world.commit('a', 1, 'x');
    world.refused = new Set(['a']);
    await world.start();
    expect(world.fields).toHaveLength(1);
    expect(inspect(world.fields, { depth: null })).not.toContain('command');
  });

  it('ends in good order while the round under way fails', async () => {
    const publisher = await world.start();
    world.storeAway = true;
    world.commit('a', 1, 'x');
    publisher.nudge();
    await expect(publisher.close()).resolves.toBeUndefined();
  });

  it('does nothing after it has been closed', async () => {
    const publisher = await world.start();
    await publisher.close();
    world.commit('a', 1, 'x');
    publisher.nudge();
    await world.pass(1_000);
    expect(world.stored('a')).toBeUndefined();
  });
});

/** A clock, a database and a store that a test moves by hand. */
class World {
  readonly outbox = new MemoryOutbox();
  readonly shelf = new Map<string, Snapshot>();
  /** Or the words in which it says so. */
  storeAway: boolean | string = false;
  takesNothing = false;
  /** Documents that the store does not take, though it answers. */
  refused = new Set<string>();
  storeCalls = 0;
  readonly warnings: string[] = [];
  /** What was said of things that have got better. */
  readonly relief: string[] = [];
  readonly fields: object[] = [];
  /** Happens as the heartbeats are asked for. */
  onHeartbeats = () => {};
  readonly #heartbeats: Heartbeat[] = [];
  #now = 0;
  #timers: { at: number; callback: () => void }[] = [];

  start(more: Partial<PublisherDependencies> = {}): Promise<Publisher> {
    return startPublisher({
      ...more,
      epochMax: () => 5_000,
      outbox: this.outbox,
      store: this.#store(),
      schedule: (callback, delayMs) => {
        const timer = { at: this.#now + delayMs, callback };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((other) => other !== timer);
        };
      },
      random: () => 0.5,
      log: {
        warn: (fields, message) => {
          this.warnings.push(message);
          this.fields.push(fields);
        },
        info: (_fields, message) => this.relief.push(message),
      },
    });
  }

  /** A bearer says what it serves. */
  report(id: string, documents: Readonly<Record<string, Snapshot | undefined>>): void {
    this.#heartbeats.push({
      schema: 1,
      id,
      at: 0,
      runtime: 'node',
      streams: 0,
      source: 'store',
      documents: Object.fromEntries(
        Object.entries(documents).map(([documentId, snapshot]) => [
          documentId,
          { position: snapshot === undefined ? null : formatStoredPosition(snapshot), staleMs: null },
        ]),
      ),
    });
  }

  commit(documentId: string, version: number, content: string): Snapshot {
    const snapshot = snapshotOf(100, version, content);
    this.outbox.snapshots.set(documentId, snapshot);
    return snapshot;
  }

  stored(documentId: string): Snapshot | undefined {
    return this.shelf.get(documentId);
  }

  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await this.settle();
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#now = next.at;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.callback();
    }
    this.#now = end;
  }

  /** Lets every promise that can go on go on. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
  }

  #store(): PublishStore {
    const shelf: Shelf = {
      read: (documentId) => this.shelf.get(documentId),
      put: (documentId, snapshot) => void this.shelf.set(documentId, snapshot),
      remove: (documentId) => void this.shelf.delete(documentId),
      documents: () => this.shelf.keys(),
    };
    const store = memoryStore(shelf);
    const counted = <Result>(call: () => Promise<Result>): Promise<Result> => {
      this.storeCalls += 1;
      const reason = typeof this.storeAway === 'string' ? this.storeAway : 'The store is away';
      return this.storeAway ? Promise.reject(new Error(reason)) : call();
    };
    return {
      compareAndSet: (documentId, snapshot) =>
        counted(async () => {
          if (this.refused.has(documentId)) throw refusal(documentId, snapshot);
          if (this.takesNothing) throw new StoreRefusal('The store has no memory left');
          return store.compareAndSet(documentId, snapshot);
        }),
      positions: () => counted(() => store.positions()),
      remove: (documentId) => counted(() => store.remove(documentId)),
      heartbeats: () =>
        counted(async () => {
          this.onHeartbeats();
          return this.#heartbeats.map((heartbeat) => ({ heartbeat, ageMs: 0 }));
        }),
      close: () => store.close(),
    };
  }
}

class MemoryOutbox implements Outbox {
  readonly snapshots = new Map<string, Snapshot>();
  readonly published = new Map<string, StoredPosition>();
  reads = 0;

  async pending(): Promise<readonly string[]> {
    return [...this.snapshots].flatMap(([documentId, snapshot]) => {
      const known = this.published.get(documentId);
      return known !== undefined && compareStored(snapshot, known) === 'same' ? [] : [documentId];
    });
  }
  async deleted(): Promise<readonly string[]> {
    return [...this.published.keys()].filter((documentId) => !this.snapshots.has(documentId));
  }
  async read(documentId: string): Promise<Snapshot | undefined> {
    this.reads += 1;
    return this.snapshots.get(documentId);
  }
  async positions(): Promise<ReadonlyMap<string, StoredPosition>> {
    return new Map([...this.snapshots].map(([documentId, snapshot]) => [documentId, positionOf(snapshot)]));
  }
  async markPublished(documentId: string, position: StoredPosition): Promise<void> {
    this.published.set(documentId, position);
  }
  async forget(documentId: string): Promise<void> {
    this.published.delete(documentId);
  }
  async raiseEpoch(documentId: string, above: StoredPosition): Promise<void> {
    const snapshot = this.snapshots.get(documentId);
    if (snapshot !== undefined && snapshot.epoch <= above.epoch) {
      this.snapshots.set(documentId, { ...snapshot, epoch: above.epoch + 1 });
    }
  }
}

/** As drivers make them: with the whole command. */
function refusal(documentId: string, snapshot: Snapshot): Error {
  return Object.assign(new Error(`The store does not take ${documentId}`), {
    command: [documentId, snapshot],
  });
}

function snapshotOf(epoch: number, version: number, content: string): Snapshot {
  const payload = new TextEncoder().encode(content);
  return { epoch, version, hash: Buffer.from(content).toString('hex').padEnd(64, '0'), payload };
}

function positionOf({ epoch, version, hash }: Snapshot): StoredPosition {
  return { epoch, version, hash };
}

function text(snapshot: Snapshot | undefined): string {
  return new TextDecoder().decode(snapshot?.payload);
}
