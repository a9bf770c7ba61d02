import type { Snapshot } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { defaultBearerLimits } from '../config.ts';
import { nodeCrypto } from '../entry/node-crypto.ts';
import { snapshotOf } from '../testing/documents.ts';
import { ManualClock, settled } from '../testing/manual-clock.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { ScriptedReader } from '../testing/scripted-reader.ts';
import { DocumentFollower } from './document-follower.ts';

async function following(has?: ScriptedReader['has']) {
  const reader = new ScriptedReader();
  reader.has = has;
  const applied: unknown[] = [];
  const clock = new ManualClock();
  const log = new MemoryLog();
  const follower = new DocumentFollower<unknown>({
    documentId: 'doc',
    reader,
    parse: ({ payload }) => {
      const document: { bad?: boolean } = JSON.parse(new TextDecoder().decode(payload));
      if (document.bad === true) throw new Error('it is bad');
      return document;
    },
    onApplied: (document) => applied.push(document),
    clock,
    random: () => 0.5,
    crypto: nodeCrypto,
    log,
    limits: defaultBearerLimits,
    bytesMax: 10_000,
  });
  follower.start();
  await settled();
  const hinted = async (next: ScriptedReader['has']) => {
    reader.has = next;
    reader.hint();
    await settled();
  };
  return { reader, applied, clock, log, follower, hinted };
}

const at = (version: number, content: unknown = { version }, epoch = 100) =>
  snapshotOf(content, { epoch, version });

describe('DocumentFollower', () => {
  it('applies what is newer, on a hint', async () => {
    const { applied, hinted, follower } = await following(at(1));
    await hinted(at(2));
    expect(applied).toEqual([{ version: 1 }, { version: 2 }]);
    expect(follower.document).toEqual({ version: 2 });
  });

  it('applies the same position once, however often it is hinted', async () => {
    const { applied, hinted } = await following(at(1));
    await hinted(at(1));
    await hinted(at(1));
    expect(applied).toEqual([{ version: 1 }]);
  });

  it('reads again for a hint in whichever step of a read it comes', async () => {
    // The last steps of a read are the ones in which nobody looks at what has been asked for meanwhile.
    for (let steps = 0; steps < 30; steps += 1) {
      const { reader, follower } = await following(at(1));
      reader.hint();
      for (let step = 0; step < steps; step += 1) await Promise.resolve();
      reader.has = at(2);
      reader.hint();
      await settled();
      expect([steps, follower.document]).toEqual([steps, { version: 2 }]);
    }
  });

  it('never applies what is older, missing, of another hash, or unparsable', async () => {
    const { applied, hinted, log } = await following(at(5));
    const forged: Snapshot = { ...at(6), payload: new TextEncoder().encode('{"forged":true}') };
    for (const next of [at(4), undefined, forged, at(7, { bad: true }), at(9, { version: 9 }, 99)])
      await hinted(next);
    expect(applied).toEqual([{ version: 5 }]);
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(2);
  });

  it('takes a higher epoch at a lower version, and the other side of a fork', async () => {
    const { applied, hinted } = await following(at(5));
    await hinted(at(5, { fork: true }));
    await hinted(at(1, { epoch: 101 }, 101));
    await hinted(at(6));
    expect(applied).toEqual([{ version: 5 }, { fork: true }, { epoch: 101 }]);
  });

  it('names what it rejected until something later is applied', async () => {
    const { follower, hinted } = await following(at(1));
    const bad = at(2, { bad: true });
    await hinted(bad);
    expect(follower.status().rejected).toBe(`100-2-${bad.hash.slice(0, 8)}`);
    await hinted(at(3));
    expect(follower.status().rejected).toBeNull();
  });

  it('reads once more for a hint that comes while it reads', async () => {
    const { reader, applied } = await following(at(1));
    reader.has = at(2);
    reader.hint();
    // The read has begun with version 2 in sight; this one is only found by reading again.
    reader.has = at(3);
    reader.hint();
    reader.hint();
    await settled();
    expect(applied).toEqual([{ version: 1 }, { version: 2 }, { version: 3 }]);
    expect(reader.reads).toBe(3);
  });

  it('finds what no hint told of within 12 s', async () => {
    const { reader, applied, clock } = await following(at(1));
    reader.has = at(2);
    await clock.advance(12_000);
    expect(applied).toEqual([{ version: 1 }, { version: 2 }]);
  });

  it('keeps its state while the source fails or hangs, says so once, and goes on afterwards', async () => {
    for (const trouble of [new Error('refused'), 'hang'] as const) {
      const { reader, follower, clock, log, hinted } = await following(at(1));
      await hinted(trouble);
      await clock.advance(60_000);
      expect(follower.document).toEqual({ version: 1 });
      expect(follower.status()).toMatchObject({ source: 'stale' });
      expect(follower.status().staleSeconds).toBeGreaterThanOrEqual(60);
      expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
      reader.has = at(2);
      await clock.advance(20_000);
      expect(follower.document).toEqual({ version: 2 });
      expect(follower.status()).toMatchObject({ source: 'live', staleSeconds: expect.any(Number) });
    }
  });

  it('is there within a second of a source that comes up late', async () => {
    const { reader, follower, clock } = await following(new Error('not yet'));
    await clock.advance(30_000);
    expect(follower.document).toBeUndefined();
    reader.has = at(1);
    await clock.advance(1_000);
    expect(follower.document).toEqual({ version: 1 });
  });

  it('confirms by asking, not by remembering', async () => {
    const { reader, follower, clock } = await following(at(1));
    await clock.advance(5_000);
    expect(await follower.confirm()).toBe(true);
    await clock.advance(5_000);
    reader.has = new Error('refused');
    expect(await follower.confirm()).toBe(false);
    reader.has = at(2);
    const again = follower.confirm();
    await clock.advance(1_000);
    expect(await again).toBe(true);
    expect(follower.document).toEqual({ version: 2 });
  });

  it('takes nothing for a confirmation that came before the question, however fresh', async () => {
    const { reader, follower } = await following(at(1));
    // A reader got version 2 elsewhere and comes here, right after we have read version 1 and lost our source.
    reader.has = new Error('refused');
    expect(await follower.confirm()).toBe(false);
  });

  it('asks its source once for all who claim to be ahead within a second', async () => {
    const { follower, clock, reader } = await following(at(1));
    await clock.advance(2_000); // Past the first comparison of its own.
    const before = reader.comparisons;
    await follower.confirm();
    const claims = Array.from({ length: 50 }, () => follower.confirm());
    await clock.advance(1_000);
    expect(await Promise.all(claims)).toEqual(Array.from({ length: 50 }, () => true));
    expect(reader.comparisons - before).toBe(2);
  });

  it('asks again within a second or so for what it was not answered, then less and less often', async () => {
    const { reader, clock, hinted, applied } = await following(at(1));
    await hinted(new Error('refused'));
    reader.has = at(2);
    await clock.advance(1_200);
    expect(applied.at(-1)).toEqual({ version: 2 });
    await hinted(new Error('refused'));
    const before = reader.reads;
    await clock.advance(60_000);
    // After 1, 2, 4 and 8 s, then every 10.
    expect(reader.reads - before).toBe(8);
    reader.has = at(3);
    await clock.advance(12_000);
    expect(applied.at(-1)).toEqual({ version: 3 });
  });

  it('asks no more once it is stopped, and leaves no timer', async () => {
    const { reader, follower, clock, applied } = await following(at(1));
    follower.stop();
    reader.has = at(2);
    reader.hint();
    await clock.advance(60_000);
    expect(applied).toEqual([{ version: 1 }]);
    expect(clock.pending).toBe(0);
  });
});
