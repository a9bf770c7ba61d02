import { flag, ruleset } from '@fauna-flags/core/testing';
import { positionOf, type Snapshot } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { rulesetSnapshot } from '../testing/documents.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { LiveRuleset } from './live-ruleset.ts';
import { RecentRulesets } from './recent-rulesets.ts';

/** What making one ready costs, in milliseconds. */
function recent(costMs = 0) {
  const clock = new ManualClock();
  const revived: number[] = [];
  let slept = 0;
  const rulesets = new RecentRulesets({
    clock: { steady: () => clock.steady() + slept },
    revive: (snapshot) => {
      revived.push(snapshot.version);
      slept += costMs;
      return new LiveRuleset(snapshot);
    },
  });
  const add = (snapshot: Snapshot) => {
    rulesets.add(new LiveRuleset(snapshot));
    return snapshot;
  };
  return { rulesets, add, clock, revived };
}

const at = (version: number, epoch = 100, text = '') =>
  rulesetSnapshot(ruleset(flag('f').variations({ a: text, b: 'b' }), { version }), epoch);

describe('RecentRulesets', () => {
  it('finds what was served at exactly that position, and nothing else', () => {
    const { rulesets, add } = recent();
    const [first, second] = [add(at(1)), add(at(2))];
    expect(rulesets.find(positionOf(first))?.payload).toEqual(first.payload);
    expect(rulesets.find(positionOf(second))?.position).toEqual(positionOf(second));
    for (const position of [
      { ...positionOf(first), hash8: '00000000' },
      { ...positionOf(first), epoch: 99 },
      { ...positionOf(first), version: 3 },
    ])
      expect(rulesets.find(position)).toBeUndefined();
  });

  it('forgets what lies more than 32 changes or 8 MB back', () => {
    const { rulesets, add } = recent();
    const small = Array.from({ length: 40 }, (_, place) => add(at(place + 1)));
    expect(small.map((snapshot) => rulesets.find(positionOf(snapshot)) !== undefined)).toEqual([
      ...new Array(8).fill(false),
      ...new Array(32).fill(true),
    ]);
    const large = [41, 42, 43].map((version) => add(at(version, 100, 'x'.repeat(3_500_000))));
    expect(large.map((snapshot) => rulesets.find(positionOf(snapshot)) !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('forgets another history: an older epoch, or the losing side of a fork', () => {
    const { rulesets, add } = recent();
    const [, lost] = [add(at(1)), add(at(2))];
    const won = add(at(2, 100, 'other'));
    expect([lost, won].map((snapshot) => rulesets.find(positionOf(snapshot)) !== undefined)).toEqual([
      false,
      true,
    ]);
    const next = add(at(1, 101));
    expect([won, next].map((snapshot) => rulesets.find(positionOf(snapshot)) !== undefined)).toEqual([
      false,
      true,
    ]);
  });

  it('makes one ready once, however many come back from there', () => {
    const { rulesets, add, revived } = recent();
    const [first, second] = [add(at(1)), add(at(2))];
    for (let reader = 0; reader < 100; reader += 1)
      for (const snapshot of [first, second]) rulesets.find(positionOf(snapshot));
    expect(revived).toEqual([1, 2]);
  });

  it('spends a twentieth of the time at most on whoever names another position each time', async () => {
    const { rulesets, add, revived, clock } = recent(10);
    const snapshots = [1, 2, 3, 4].map((version) => add(at(version)));
    const all = () => snapshots.map((snapshot) => rulesets.find(positionOf(snapshot)) !== undefined);
    expect(all()).toEqual([true, false, false, false]);
    await clock.advance(180);
    expect(all()).toEqual([true, false, false, false]);
    await clock.advance(10);
    expect(all()).toEqual([true, true, false, false]);
    expect(revived).toEqual([1, 2]);
  });
});
