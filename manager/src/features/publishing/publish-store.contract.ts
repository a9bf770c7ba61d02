import type { Heartbeat, Snapshot } from '@fauna-flags/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PublishStore } from './publish-store.ts';

/** A store under contract, and what a bearer that reports into it does. */
export interface PublishStoreFixture {
  readonly store: PublishStore;
  report(heartbeat: Heartbeat): Promise<void>;
}

/** What every adapter of the publish store must do. `open` gives an empty store, which is closed after each case. */
export function publishStoreContract(name: string, open: () => Promise<PublishStoreFixture>): void {
  describe(`${name} as a publish store`, () => {
    let store: PublishStore;
    let report: PublishStoreFixture['report'];
    beforeEach(async () => {
      ({ store, report } = await open());
    });
    afterEach(() => store.close());

    it('stores the first snapshot of a document', async () => {
      expect(await store.compareAndSet('a', snapshot(5, 1, 'x'))).toEqual({ outcome: 'stored' });
      expect(await store.positions()).toEqual(new Map([['a', { epoch: 5, version: 1, hash: hash('x') }]]));
    });

    it('stores a newer version and a newer epoch', async () => {
      await store.compareAndSet('a', snapshot(5, 1, 'x'));
      expect(await store.compareAndSet('a', snapshot(5, 2, 'y'))).toEqual({ outcome: 'stored' });
      expect(await store.compareAndSet('a', snapshot(6, 1, 'z'))).toEqual({ outcome: 'stored' });
    });

    it('answers "same" for what lies there already', async () => {
      await store.compareAndSet('a', snapshot(5, 1, 'x'));
      expect(await store.compareAndSet('a', snapshot(5, 1, 'x'))).toEqual({ outcome: 'same' });
    });

    it('refuses an older snapshot and says what lies there', async () => {
      await store.compareAndSet('a', snapshot(5, 2, 'y'));
      const current = { epoch: 5, version: 2, hash: hash('y') };
      expect(await store.compareAndSet('a', snapshot(5, 1, 'x'))).toEqual({ outcome: 'older', current });
      expect(await store.compareAndSet('a', snapshot(4, 9, 'x'))).toEqual({ outcome: 'older', current });
      expect((await store.positions()).get('a')).toEqual(current);
    });

    it('calls the same pair with other content a fork and keeps what it has', async () => {
      await store.compareAndSet('a', snapshot(5, 2, 'y'));
      const current = { epoch: 5, version: 2, hash: hash('y') };
      expect(await store.compareAndSet('a', snapshot(5, 2, 'z'))).toEqual({ outcome: 'fork', current });
      expect((await store.positions()).get('a')).toEqual(current);
    });

    it('keeps documents apart and forgets a removed one', async () => {
      await store.compareAndSet('a', snapshot(5, 2, 'y'));
      await store.compareAndSet('b', snapshot(5, 7, 'y'));
      await store.remove('a');
      await store.remove('never-there');
      expect([...(await store.positions()).keys()]).toEqual(['b']);
    });

    it('keeps signatures, renews one for what lies there, and loses none to an offer without', async () => {
      const place = { epoch: 5, version: 1, hash: hash('x') };
      await store.compareAndSet('a', snapshot(5, 1, 'x'));
      await store.compareAndSet('a', { ...snapshot(5, 1, 'x'), signature: 'first' });
      await store.compareAndSet('a', { ...snapshot(5, 1, 'x'), signature: 'second' });
      await store.compareAndSet('a', snapshot(5, 1, 'x'));
      expect((await store.positions()).get('a')).toEqual({ ...place, signature: 'second' });
      await store.compareAndSet('a', snapshot(5, 2, 'y'));
      expect((await store.positions()).get('a')).toEqual({ epoch: 5, version: 2, hash: hash('y') });
    });

    it('lets exactly one of two rivals for the same version win', async () => {
      const outcomes = await Promise.all([
        store.compareAndSet('a', snapshot(5, 1, 'x')),
        store.compareAndSet('a', snapshot(5, 1, 'y')),
      ]);
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['fork', 'stored']);
    });

    it('tells the newest heartbeat of each bearer, and how long ago it came', async () => {
      expect(await store.heartbeats()).toEqual([]);
      await report(heartbeat('bearer-a', 1));
      await report(heartbeat('bearer-b', 5));
      await report(heartbeat('bearer-a', 2));
      const told = [...(await store.heartbeats())].sort((a, b) => a.heartbeat.streams - b.heartbeat.streams);
      expect(told.map((each) => each.heartbeat)).toEqual([
        heartbeat('bearer-a', 2),
        heartbeat('bearer-b', 5),
      ]);
      for (const { ageMs } of told) {
        expect(ageMs).toBeGreaterThanOrEqual(0);
        expect(ageMs).toBeLessThan(5_000);
      }
    });

    it('keeps documents and heartbeats apart', async () => {
      await report(heartbeat('bearer-a', 1));
      await store.compareAndSet('a', snapshot(5, 1, 'x'));
      expect([...(await store.positions()).keys()]).toEqual(['a']);
      expect((await store.heartbeats()).length).toBe(1);
    });
  });
}

const heartbeat = (id: string, streams: number): Heartbeat => ({
  schema: 1,
  id,
  at: 1_700_000_000_000,
  runtime: 'node',
  streams,
  source: 'store',
  documents: { a: { position: `5-1-${hash('x')}`, staleMs: 40 } },
});

const hash = (letter: string) => Buffer.from(letter).toString('hex').padEnd(64, '0');

function snapshot(epoch: number, version: number, content: string): Snapshot {
  return {
    epoch,
    version,
    hash: hash(content),
    payload: new TextEncoder().encode(`{"content":"${content}"}`),
  };
}
