import type { Snapshot } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { snapshotOf } from '../testing/documents.ts';
import type { ApplyAttempt, SnapshotCopies } from './snapshot-copies.ts';

/** A place for copies under contract. Each `open` is another process over the same place, the one before it being dead. */
export interface SnapshotCopiesFixture {
  open(): Promise<SnapshotCopies>;
}

const at = (version: number, epoch = 100): Snapshot => snapshotOf({ version, epoch }, { version, epoch });

function attemptAt({ epoch, version, hash }: Snapshot, attempt = 1): ApplyAttempt {
  return { position: { epoch, version, hash }, attempt, beganAtMs: 1_700_000_000_123 };
}

/** What every adapter of `SnapshotCopies` keeps; `make` gives an empty place. */
export function snapshotCopiesContract(name: string, make: () => Promise<SnapshotCopiesFixture>): void {
  describe(`${name} as copies of snapshots`, () => {
    it('has nothing at first', async () => {
      const copies = await (await make()).open();
      expect(await copies.load()).toEqual(new Map());
      expect(await copies.interrupted()).toEqual(new Map());
    });

    it('gives back after a death what it was given, byte for byte, with or without a signature', async () => {
      const { open } = await make();
      const bytes = snapshotOf({ text: 'ünï-🦊\n\u0000' });
      const signed = { ...at(2), signature: 'c2lnbmVk' };
      const before = await open();
      await before.save('a', bytes);
      await before.save('keys', signed);
      const loaded = await (await open()).load();
      expect(plain(loaded)).toEqual({ a: [plainSnapshot(bytes)], keys: [plainSnapshot(signed)] });
    });

    it('keeps the last two copies of each document, the one saved last in front', async () => {
      const { open } = await make();
      const before = await open();
      for (const version of [1, 2, 3]) await before.save('a', at(version));
      await before.save('b', at(7));
      const loaded = await (await open()).load();
      expect(plain(loaded)).toEqual({
        a: [plainSnapshot(at(3)), plainSnapshot(at(2))],
        b: [plainSnapshot(at(7))],
      });
    });

    it('takes what was saved last for the newest, also of a fork and on a higher epoch', async () => {
      const { open } = await make();
      const before = await open();
      const fork = snapshotOf({ other: 'history' }, { version: 9, epoch: 100 });
      for (const snapshot of [at(9), fork]) await before.save('fork', snapshot);
      for (const snapshot of [at(50), at(1, 101)]) await before.save('epoch', snapshot);
      const loaded = await (await open()).load();
      expect(loaded.get('fork')?.[0]?.hash).toBe(fork.hash);
      expect(loaded.get('epoch')?.[0]).toMatchObject({ epoch: 101, version: 1 });
    });

    it('keeps one copy of what is saved twice, with the signature that came last', async () => {
      const { open } = await make();
      const before = await open();
      await before.save('a', at(1));
      await before.save('a', at(2));
      await before.save('a', { ...at(2), signature: 'bmV3ZXI' });
      const loaded = await (await open()).load();
      expect(loaded.get('a')?.map(({ version, signature }) => [version, signature])).toEqual([
        [2, 'bmV3ZXI'],
        [1, undefined],
      ]);
    });

    it('forgets what is removed, and nothing else', async () => {
      const { open } = await make();
      const before = await open();
      for (const version of [1, 2]) await before.save('a', at(version));
      await before.save('a-1', at(3));
      await before.beginApplying('a', attemptAt(at(3)));
      await before.remove('a');
      await before.remove('never-there');
      const after = await open();
      expect(plain(await after.load())).toEqual({ 'a-1': [plainSnapshot(at(3))] });
      expect(await after.interrupted()).toEqual(new Map());
    });

    it('tells after a death what was being applied, and how often it was tried', async () => {
      const { open } = await make();
      const before = await open();
      await before.beginApplying('a', attemptAt(at(1)));
      await before.beginApplying('a', attemptAt(at(2), 2));
      await before.beginApplying('b', attemptAt(at(5)));
      await before.beginApplying('c', attemptAt(at(6)));
      await before.endApplying('c');
      const interrupted = new Map([
        ['a', attemptAt(at(2), 2)],
        ['b', attemptAt(at(5))],
      ]);
      expect(await (await open()).interrupted()).toEqual(interrupted);
      // Nobody has crossed it out: another death changes nothing.
      expect(await (await open()).interrupted()).toEqual(interrupted);
    });

    it('crosses out what a process before had noted, and lets it be replaced', async () => {
      const { open } = await make();
      const before = await open();
      await before.beginApplying('a', attemptAt(at(1)));
      await before.beginApplying('b', attemptAt(at(2)));
      const after = await open();
      await after.endApplying('a');
      await after.endApplying('a');
      await after.endApplying('never-there');
      await after.beginApplying('b', attemptAt(at(3)));
      expect(await (await open()).interrupted()).toEqual(new Map([['b', attemptAt(at(3))]]));
    });

    it('notes while it saves, for the same document and for others', async () => {
      const { open } = await make();
      const before = await open();
      await Promise.all([
        before.save('a', at(1)),
        before.beginApplying('a', attemptAt(at(2))),
        before.save('b', at(1)),
        before.beginApplying('b', attemptAt(at(2))).then(() => before.endApplying('b')),
      ]);
      const after = await open();
      expect([...(await after.load()).keys()].sort()).toEqual(['a', 'b']);
      expect(await after.interrupted()).toEqual(new Map([['a', attemptAt(at(2))]]));
    });
  });
}

/** Bytes compare as bytes, whether an adapter gives a Buffer or an array. */
function plainSnapshot({ epoch, version, hash, payload, signature }: Snapshot) {
  return { epoch, version, hash, payload: [...payload], signature };
}

function plain(copies: ReadonlyMap<string, readonly Snapshot[]>) {
  return Object.fromEntries([...copies].map(([id, snapshots]) => [id, snapshots.map(plainSnapshot)]));
}
