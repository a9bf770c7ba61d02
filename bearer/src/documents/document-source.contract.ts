import type { Snapshot } from '@fauna-flags/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { snapshotOf } from '../testing/documents.ts';
import type { DocumentReader } from './document-follower.ts';

/** A source of one document under contract, and a way to change what it reads from. */
export interface DocumentSourceFixture {
  readonly source: DocumentReader & { close(): Promise<void> };
  put(snapshot: Snapshot): Promise<void>;
  /** Changes another document of the same store. */
  putOther(snapshot: Snapshot): Promise<void>;
}

/** What every source keeps, for each document that it gives. `withinMs` is how long a hint may take. */
export function documentSourceContract(
  name: string,
  make: () => Promise<DocumentSourceFixture>,
  { withinMs = 2_000 }: { readonly withinMs?: number } = {},
): void {
  describe(`${name} keeps the contract of a document source`, () => {
    const open: DocumentSourceFixture['source'][] = [];
    const made = async () => {
      const fixture = await make();
      open.push(fixture.source);
      return fixture;
    };
    afterEach(async () => {
      for (const source of open.splice(0)) await source.close();
    });

    it('has nothing before something was put', async () => {
      const { source, putOther } = await made();
      await putOther(snapshotOf({ other: true }));
      expect(await source.read()).toBeUndefined();
      expect(await source.position()).toBeUndefined();
    });

    it('reads the bytes, the hash and the position that were put', async () => {
      const { source, put } = await made();
      const snapshot = snapshotOf({ text: 'ünï-🦊', nested: [1, null] }, { epoch: 7, version: 3 });
      await put(snapshot);
      const read = await source.read();
      expect({ ...read, payload: new Uint8Array(read?.payload ?? []) }).toEqual(snapshot);
      expect(await source.position()).toEqual({ epoch: 7, version: 3, hash8: snapshot.hash.slice(0, 8) });
    });

    it('reads what a snapshot is signed with', async () => {
      const { source, put } = await made();
      await put({ ...snapshotOf({ a: 1 }), signature: 'c2ln-bmVk_0' });
      expect((await source.read())?.signature).toBe('c2ln-bmVk_0');
      await put(snapshotOf({ a: 2 }, { version: 2 }));
      expect((await source.read())?.signature).toBeUndefined();
    });

    it('reads the newest, whatever happens to other documents', async () => {
      const { source, put, putOther } = await made();
      await put(snapshotOf({ a: 1 }, { version: 1 }));
      await put(snapshotOf({ a: 2 }, { version: 2 }));
      await putOther(snapshotOf({ b: 1 }, { version: 9 }));
      expect((await source.read())?.version).toBe(2);
      expect((await source.position())?.version).toBe(2);
    });

    it('hints at changes, to every watch', async () => {
      const { source, put } = await made();
      const first = hintCounter();
      const second = hintCounter();
      source.watch(first.onHint);
      source.watch(second.onHint);
      await put(snapshotOf({}, { version: 1 }));
      await first.atLeast(1, withinMs);
      await second.atLeast(1, withinMs);
    });

    it('hints no more after a watch was ended, also when it is ended twice, and goes on for others', async () => {
      const { source, put } = await made();
      const ended = hintCounter();
      const kept = hintCounter();
      const end = source.watch(ended.onHint);
      source.watch(kept.onHint);
      end();
      end();
      await put(snapshotOf({}, { version: 1 }));
      await kept.atLeast(1, withinMs);
      expect(ended.count()).toBe(0);
    });

    it('may be closed twice, and hints no more', async () => {
      const { source, put } = await made();
      const counter = hintCounter();
      source.watch(counter.onHint);
      await source.close();
      await source.close();
      await put(snapshotOf({}, { version: 1 }));
      expect(counter.count()).toBe(0);
    });
  });
}

function hintCounter() {
  let hints = 0;
  let wake = () => {};
  return {
    onHint: () => {
      hints += 1;
      wake();
    },
    count: () => hints,
    async atLeast(wanted: number, withinMs: number): Promise<void> {
      const late = setTimeout(() => wake(), withinMs);
      while (hints < wanted) {
        const before = hints;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (hints === before) throw new Error(`Got ${hints} hints within ${withinMs} ms, expected ${wanted}`);
      }
      clearTimeout(late);
    },
  };
}
