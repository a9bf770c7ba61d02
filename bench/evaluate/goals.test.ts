import { expect, test } from 'vitest';
import type { EngineName } from './engines.ts';
import { judge } from './goals.ts';
import { costOf, type Sample } from './samples.ts';

function sample(round: number, engine: EngineName, cpuNs: number): Sample {
  const cost = { cpuNs, bestNs: cpuNs / 2 };
  return {
    round,
    engine,
    set: 'rules-100',
    check: { onShare: 0.5, rolloutOnShare: 0.3, certain: 1 },
    products: { objects: cost, serialised: cost },
  };
}

test('costOf() compares an engine with ours of the same round, so that a slow round changes no ratio', () => {
  const samples = [
    ...[sample(0, 'fauna', 100), sample(0, 'flagd', 500)],
    ...[sample(1, 'fauna', 1000), sample(1, 'flagd', 5000)],
    ...[sample(2, 'fauna', 110), sample(2, 'flagd', 550)],
  ];
  expect(costOf(samples, { engine: 'flagd', set: 'rules-100', product: 'objects' })).toEqual({
    cpuNsMedian: 550,
    cpuNsMin: 500,
    bestNs: 250,
    ratio: 5,
  });
});

test('costOf() refuses a round without ours', () => {
  const samples = [sample(0, 'flagd', 500)];
  expect(() => costOf(samples, { engine: 'flagd', set: 'rules-100', product: 'objects' })).toThrow('round 0');
});

test('judge() says not met where a cost is over its bound or a peer too near', () => {
  const samples = [sample(0, 'fauna', 121), sample(0, 'flagd', 600), sample(0, 'unleash', 1_200)];
  const verdicts = judge(samples, 'rules-100').map(({ goal, met, stretch }) => [goal, met, stretch?.met]);
  expect(verdicts).toEqual([
    ['serialised: at most 120 ns for a flag', false, undefined],
    ['serialised: at least 3× faster than flagd', true, false],
    ['serialised: at least 10× faster than unleash', false, false],
    ['objects: at most 250 ns for a flag', true, undefined],
    ['objects: at least 3× faster than flagd', true, false],
    ['objects: at least 10× faster than unleash', false, false],
  ]);
});
