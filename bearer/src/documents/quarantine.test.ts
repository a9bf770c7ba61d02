import type { Snapshot } from '@fauna-flags/protocol';
import fc from 'fast-check';
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
import { Quarantine, quarantineMs, quarantineMsWithoutCopy } from './quarantine.ts';
import type { SnapshotCopies } from './snapshot-copies.ts';

const at = (version: number, content: object = { version }): Snapshot =>
  snapshotOf(content, { epoch: 100, version });

describe('Quarantine', () => {
  const now = 1_000_000_000;
  const { epoch, version, hash } = at(4);
  const after = (attempt: number, hasCopy = true, beganAtMs = now) =>
    new Quarantine({ attempt: { position: { epoch, version, hash }, attempt, beganAtMs }, hasCopy, now });

  it('holds for exactly one position, for ten minutes, or for ten seconds without a copy', () => {
    expect(after(1).holds(at(4), now + quarantineMs - 1)).toBe(true);
    expect(after(1).holds(at(4), now + quarantineMs)).toBe(false);
    expect(after(1, false).holds(at(4), now + quarantineMsWithoutCopy)).toBe(false);
    for (const other of [at(3), at(5), at(4, { other: true }), { ...at(4), epoch: 101 }])
      expect(after(1).holds(other, now)).toBe(false);
  });

  it('holds for good after the second death, and counts the tries', () => {
    expect(after(2).holds(at(4), now + 1_000 * quarantineMs)).toBe(true);
    expect(after(2, false).holds(at(4), now + 1_000 * quarantineMs)).toBe(true);
    expect(after(1).nextAttempt(at(4), 'source')).toBe(2);
    expect(after(1).nextAttempt(at(5), 'source')).toBe(1);
  });

  it('does not wait longer for a clock that was ahead, nor for nothing', () => {
    expect(after(1, true, now + 99 * quarantineMs).holds(at(4), now + quarantineMs)).toBe(false);
    const none = new Quarantine({ attempt: undefined, hasCopy: true, now });
    expect([none.holds(at(4), now), none.nextAttempt(at(4), 'source')]).toEqual([false, 1]);
  });

  it('does not hold the first death at a copy against it, which has gone well before', () => {
    const none = new Quarantine({ attempt: undefined, hasCopy: true, now });
    expect(none.nextAttempt(at(4), 'copy')).toBe(0);
    expect(after(0).holds(at(4), now)).toBe(false);
    expect([after(0).nextAttempt(at(4), 'copy'), after(0).nextAttempt(at(4), 'source')]).toEqual([1, 1]);
  });
});

/** A place of copies, and the processes that live on it one after another. */
class Lives {
  readonly clock = new ManualClock();
  readonly deaths = new Map<number, number>();
  readonly #copies = new MemoryCopies();
  readonly #reader = new ScriptedReader();
  #newest = 0;
  #isInnocentDeathDue = false;
  #process: { follower: DocumentFollower<{ version: number }>; isAlive: boolean } | undefined;

  publish(isDeadly: boolean): void {
    this.#newest += 1;
    this.#reader.has = at(this.#newest, { version: this.#newest, isDeadly });
    this.#reader.hint();
  }

  /** The next application, whatever it is of, is cut short by something that is not its fault. */
  dieAtNext(): void {
    this.#isInnocentDeathDue = true;
  }

  kill(): void {
    if (this.#process !== undefined) this.#process.isAlive = false;
  }

  served(): number | undefined {
    return this.#process?.follower.document?.version;
  }

  /** Starts processes, as a supervisor does, until one lives; answers how many it took. */
  async untilAlive(): Promise<number> {
    for (let starts = 0; starts < 20; starts += 1) {
      await settled();
      if (this.#process?.isAlive === true) return starts;
      this.#process?.follower.stop();
      await this.#start();
    }
    throw new Error('The processes die for ever');
  }

  async #start(): Promise<void> {
    const { clock } = this;
    const log = new MemoryLog();
    const mine = { isAlive: true };
    const kept = new KeptDocuments({ copies: writtenWhile(this.#copies, mine), clock, log });
    await kept.load();
    const follower = new DocumentFollower<{ version: number }>({
      documentId: 'doc',
      reader: this.#reader,
      parse: ({ payload, version }) => {
        const document: { version: number; isDeadly: boolean } = JSON.parse(
          new TextDecoder().decode(payload),
        );
        if (document.isDeadly || this.#isInnocentDeathDue) {
          if (document.isDeadly) this.deaths.set(version, (this.deaths.get(version) ?? 0) + 1);
          this.#isInnocentDeathDue = false;
          mine.isAlive = false;
          follower.stop();
          throw new Error('the process has died');
        }
        return document;
      },
      onApplied: () => {},
      bytesMax: 10_000,
      kept,
      clock,
      random: () => 0.5,
      crypto: nodeCrypto,
      log,
      limits: defaultBearerLimits,
    });
    this.#process = Object.assign(mine, { follower });
    await follower.start();
  }
}

/** The dead write nothing more. */
function writtenWhile(copies: SnapshotCopies, process: { readonly isAlive: boolean }): SnapshotCopies {
  const unlessDead = async (write: () => Promise<void>) => {
    if (process.isAlive) await write();
  };
  return {
    load: () => copies.load(),
    interrupted: () => copies.interrupted(),
    save: (id, snapshot) => unlessDead(() => copies.save(id, snapshot)),
    remove: (id) => unlessDead(() => copies.remove(id)),
    beginApplying: (id, attempt) => unlessDead(() => copies.beginApplying(id, attempt)),
    endApplying: (id) => unlessDead(() => copies.endApplying(id)),
  };
}

describe('a bearer among poison and accidents', () => {
  it('dies at most twice of the same snapshot, does not go back, and ends at the newest good one', async () => {
    const step = fc.constantFrom('good', 'deadly', 'kill', 'accident', 'hour', 'second');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const lives = new Lives();
        lives.publish(false);
        await lives.untilAlive();
        let before = lives.served() ?? 0;
        expect(before).toBe(1);
        for (const each of steps) {
          if (each === 'good' || each === 'deadly') lives.publish(each === 'deadly');
          else if (each === 'kill') lives.kill();
          else if (each === 'accident') lives.dieAtNext();
          else await lives.clock.advance(each === 'hour' ? 60 * 60_000 : 1_000);
          // One death by this step, one more where the copy is what an accident hits.
          expect(await lives.untilAlive()).toBeLessThanOrEqual(4);
          const served = lives.served() ?? 0;
          expect(served).toBeGreaterThanOrEqual(before);
          before = served;
          for (const deaths of lives.deaths.values()) expect(deaths).toBeLessThanOrEqual(2);
        }
        lives.publish(false);
        await lives.untilAlive();
        await lives.clock.advance(2 * quarantineMs);
        await lives.untilAlive();
        expect(lives.served()).toBe(
          1 + 1 + steps.filter((each) => each === 'good' || each === 'deadly').length,
        );
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
