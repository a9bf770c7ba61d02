import { formatStoredPosition, type Snapshot } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { defaultBearerLimits } from '../config.ts';
import { nodeCrypto } from '../entry/node-crypto.ts';
import { snapshotOf } from '../testing/documents.ts';
import { ManualClock, settled } from '../testing/manual-clock.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { ScriptedReader } from '../testing/scripted-reader.ts';
import { DocumentFollower } from './document-follower.ts';
import { KeptDocuments } from './kept-documents.ts';
import { MemoryCopies } from './memory-copies.ts';
import { quarantineMs, quarantineMsWithoutCopy } from './quarantine.ts';
import type { SnapshotCopies } from './snapshot-copies.ts';

const at = (version: number, content: unknown = { version }) => snapshotOf(content, { epoch: 100, version });
const away = new Error('refused');

/** What one place of copies goes through: bearers that follow, die and come back. */
class Life {
  readonly copies = new MemoryCopies();
  readonly clock = new ManualClock();
  readonly log = new MemoryLog();
  readonly reader = new ScriptedReader();
  /** A process that begins with what is kept. It never dies by itself: whoever calls again leaves it behind. */
  async process(has: ScriptedReader['has'], copies: SnapshotCopies = this.copies) {
    const { clock, log, reader } = this;
    reader.has = has;
    const applied: unknown[] = [];
    const kept = new KeptDocuments({ copies, clock, log });
    await kept.load();
    const follower = new DocumentFollower<unknown>({
      documentId: 'doc',
      reader,
      parse: ({ payload }) => {
        const document: { bad?: boolean } = JSON.parse(new TextDecoder().decode(payload));
        if (document.bad === true) throw new Error('it is bad');
        return document;
      },
      onApplied: (document, origin) => applied.push([origin, document]),
      bytesMax: 10_000,
      kept,
      clock,
      random: () => 0.5,
      crypto: nodeCrypto,
      log,
      limits: defaultBearerLimits,
    });
    await follower.start();
    const startedWith = follower.document;
    await settled();
    const hinted = async (next: ScriptedReader['has']) => {
      reader.has = next;
      reader.hint();
      await settled();
    };
    return { follower, kept, applied, startedWith, hinted };
  }

  /** Leaves the note of a process that died as it applied this. */
  async diedAt({ epoch, version, hash }: Snapshot, attempt = 1) {
    const position = { epoch, version, hash };
    await this.copies.beginApplying('doc', { position, attempt, beganAtMs: this.clock.now() });
  }
}

describe('DocumentFollower with copies', () => {
  it('serves the copy at once while the source is away, and says that it is stale', async () => {
    const life = new Life();
    (await life.process(at(3))).follower.stop();
    const { follower, startedWith } = await life.process(away);
    expect(startedWith).toEqual({ version: 3 });
    expect(follower.status()).toMatchObject({ source: 'stale', staleSeconds: null, rejected: null });
    expect(follower.heartbeat()).toEqual({ position: formatStoredPosition(at(3)), staleMs: null });
    expect(follower.snapshot).toEqual(at(3));
  });

  it('never goes back behind its copy', async () => {
    const life = new Life();
    (await life.process(at(3))).follower.stop();
    const { applied, hinted } = await life.process(at(2));
    await hinted(at(4));
    expect(applied).toEqual([
      ['copy', { version: 3 }],
      ['source', { version: 4 }],
    ]);
  });

  it('crosses the note out once the copy lies there, and not before', async () => {
    const life = new Life();
    const noted: number[] = [];
    let write = () => {};
    class SlowCopies extends MemoryCopies {
      override async save(documentId: string, snapshot: Snapshot) {
        noted.push((await this.interrupted()).size);
        await new Promise<void>((resolve) => {
          write = resolve;
        });
        await super.save(documentId, snapshot);
      }
    }
    const copies = new SlowCopies();
    const { follower } = await life.process(at(1), copies);
    // It is served although the disk has not taken it.
    expect(follower.document).toEqual({ version: 1 });
    expect([noted, (await copies.load()).size]).toEqual([[1], 0]);
    write();
    await settled();
    expect([(await copies.interrupted()).size, (await copies.load()).size]).toEqual([0, 1]);
  });

  it('applies every change while a copy is written, and of the copies only the last', async () => {
    const life = new Life();
    const saved: number[] = [];
    let write = () => {};
    class SlowCopies extends MemoryCopies {
      override async save(documentId: string, snapshot: Snapshot) {
        await new Promise<void>((resolve) => {
          write = resolve;
        });
        saved.push(snapshot.version);
        await super.save(documentId, snapshot);
      }
    }
    const copies = new SlowCopies();
    const { hinted, applied, kept } = await life.process(at(1), copies);
    for (const version of [2, 3, 4]) await hinted(at(version));
    expect(applied).toHaveLength(4);
    write();
    await settled();
    write();
    await kept.settled();
    expect(saved).toEqual([1, 4]);
    expect((await copies.interrupted()).size).toBe(0);
  });

  it('takes the copy before the newest when that one can no longer be read', async () => {
    const life = new Life();
    await life.copies.save('doc', at(1));
    await life.copies.save('doc', at(2, { bad: true }));
    const { startedWith, follower } = await life.process(away);
    expect(startedWith).toEqual({ version: 1 });
    expect(follower.heartbeat().rejected).toBe(formatStoredPosition(at(2, { bad: true })));
  });

  it('leaves what a process died of alone, and serves the copy, then whatever is newer', async () => {
    const life = new Life();
    (await life.process(at(3))).follower.stop();
    await life.diedAt(at(4));
    const { follower, hinted, applied } = await life.process(at(4));
    await life.clock.advance(60_000);
    expect(applied).toEqual([['copy', { version: 3 }]]);
    expect(follower.heartbeat()).toMatchObject({ rejected: formatStoredPosition(at(4)) });
    expect(follower.status()).toMatchObject({
      rejected: `100-4-${at(4).hash.slice(0, 8)}`,
      staleSeconds: null,
    });
    const reads = life.reader.reads;
    await life.clock.advance(60_000);
    // It is not read over and over while nobody may have it.
    expect(life.reader.reads).toBe(reads);
    await hinted(at(5));
    expect(follower.document).toEqual({ version: 5 });
    expect(follower.status().rejected).toBeNull();
    expect((await life.copies.interrupted()).size).toBe(0);
  });

  it('tries it once more after ten minutes, whatever restarts come between', async () => {
    const life = new Life();
    (await life.process(at(3))).follower.stop();
    await life.diedAt(at(4));
    (await life.process(at(4))).follower.stop();
    await life.clock.advance(quarantineMs / 2);
    const { follower } = await life.process(at(4));
    expect(follower.document).toEqual({ version: 3 });
    await life.clock.advance(quarantineMs / 2 + 12_000);
    expect(follower.document).toEqual({ version: 4 });
    expect(follower.status().rejected).toBeNull();
    expect((await life.copies.interrupted()).size).toBe(0);
  });

  it('counts the second try as such, and never tries a third', async () => {
    const life = new Life();
    (await life.process(at(3))).follower.stop();
    await life.diedAt(at(4));
    await life.clock.advance(quarantineMs);
    const deadly = new MemoryCopies();
    for (const copy of [...((await life.copies.load()).get('doc') ?? [])].reverse())
      await deadly.save('doc', copy);
    for (const attempt of (await life.copies.interrupted()).values())
      await deadly.beginApplying('doc', attempt);
    // This process dies in the middle of applying: its note is never crossed out.
    deadly.endApplying = async () => {};
    deadly.save = async () => {};
    (await life.process(at(4), deadly)).follower.stop();
    expect([...(await deadly.interrupted()).values()]).toMatchObject([
      { position: { version: 4 }, attempt: 2 },
    ]);
    const { follower, hinted } = await life.process(at(4), deadly);
    await life.clock.advance(quarantineMs * 3);
    expect(follower.document).toEqual({ version: 3 });
    await hinted(at(5));
    expect(follower.document).toEqual({ version: 5 });
  });

  it('waits seconds and not minutes where there is nothing to serve meanwhile', async () => {
    const life = new Life();
    await life.diedAt(at(1));
    const { follower } = await life.process(at(1));
    expect(follower.document).toBeUndefined();
    await life.clock.advance(quarantineMsWithoutCopy + 1_000);
    expect(follower.document).toEqual({ version: 1 });
  });

  it('serves the copy before the newest when a process died of the newest itself', async () => {
    const life = new Life();
    await life.copies.save('doc', at(1));
    await life.copies.save('doc', at(2));
    await life.diedAt(at(2));
    expect((await life.process(away)).startedWith).toEqual({ version: 1 });
    // The note of what killed outlives the copy that went well.
    expect([...(await life.copies.interrupted()).values()]).toMatchObject([{ position: { version: 2 } }]);
  });

  it('goes on from memory when nothing can be kept, says so once, and counts', async () => {
    const life = new Life();
    const full = async () => {
      throw new Error('no space left on device');
    };
    const broken: SnapshotCopies = {
      load: full,
      interrupted: full,
      save: full,
      remove: full,
      beginApplying: full,
      endApplying: full,
    };
    const { hinted, applied, kept } = await life.process(at(1), broken);
    for (const version of [2, 3]) await hinted(at(version));
    expect(applied).toHaveLength(3);
    expect(life.log.lines.filter(({ level }) => level === 'warn')).toEqual([
      expect.objectContaining({ fields: expect.objectContaining({ reason: 'no space left on device' }) }),
    ]);
    expect(kept.failures).toBeGreaterThanOrEqual(3);
  });

  it('does not wait for a disk that hangs for longer than a second', async () => {
    const life = new Life();
    const hangs = new MemoryCopies();
    hangs.beginApplying = () => new Promise(() => {});
    const { follower } = await life.process(at(1), hangs);
    expect(follower.document).toBeUndefined();
    await life.clock.advance(1_000);
    expect(follower.document).toEqual({ version: 1 });
  });

  it('keeps the signature that comes later for what it has', async () => {
    const life = new Life();
    const { hinted, follower, applied } = await life.process(at(1));
    await hinted({ ...at(1), signature: 'bGF0ZXI' });
    expect(follower.snapshot?.signature).toBe('bGF0ZXI');
    expect(applied).toHaveLength(1);
    expect((await life.copies.load()).get('doc')?.[0]?.signature).toBe('bGF0ZXI');
  });

  it('rejects what is too large or too deep without reading it', async () => {
    const life = new Life();
    const deep = `${'['.repeat(1_001)}${']'.repeat(1_001)}`;
    const { hinted, follower } = await life.process(at(1));
    await hinted(at(2, { text: 'x'.repeat(10_001) }));
    expect(follower.status()).toMatchObject({ rejected: expect.stringMatching(/^100-2-/), rejections: 1 });
    await hinted(at(3, JSON.parse(deep)));
    expect(follower.status()).toMatchObject({ rejected: expect.stringMatching(/^100-3-/), rejections: 2 });
    await hinted(at(4, { text: '['.repeat(2_000) }));
    expect(follower.document).toEqual({ text: '['.repeat(2_000) });
  });
});

describe('KeptDocuments', () => {
  it('takes away the copies of what is not wanted any more, also of the life before', async () => {
    const copies = new MemoryCopies();
    for (const documentId of ['keys', 'a', 'b']) await copies.save(documentId, at(1));
    const kept = new KeptDocuments({ copies, clock: new ManualClock(), log: new MemoryLog() });
    await kept.load();
    kept.of('c').keep(at(1));
    kept.retain(new Set(['keys', 'a']));
    await kept.settled();
    expect([...(await copies.load()).keys()]).toEqual(['keys', 'a']);
    kept.of('b').keep(at(2));
    await kept.settled();
    expect((await copies.load()).get('b')).toEqual([at(2)]);
  });
});
