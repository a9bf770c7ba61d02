import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allWeights,
  evenWeights,
  firstWeights,
  moveBoundary,
  percentOf,
  percentText,
  readPercent,
  setWeight,
  sumOf,
  whole,
} from './weights.ts';

const weightsOf = (...weights: number[]) =>
  weights.map((weight, index) => ({ variation: `v${index}`, weight }));
const valid = fc
  .array(fc.integer({ min: 0, max: whole }), { minLength: 1, maxLength: 8 })
  .map((cuts) => [...cuts, 0, whole].sort((a, b) => a - b))
  .map((cuts) => weightsOf(...cuts.slice(1).map((cut, index) => cut - (cuts[index] ?? 0))));

describe('setWeight()', () => {
  it('takes from the last variation first and gives back to it', () => {
    expect(setWeight(weightsOf(10_000, 60_000, 30_000), 0, 20_000)).toEqual(
      weightsOf(20_000, 60_000, 20_000),
    );
    expect(setWeight(weightsOf(10_000, 60_000, 30_000), 0, 50_000)).toEqual(weightsOf(50_000, 50_000, 0));
    expect(setWeight(weightsOf(10_000, 60_000, 30_000), 0, 0)).toEqual(weightsOf(0, 60_000, 40_000));
    expect(setWeight(weightsOf(10_000, 60_000, 30_000), 2, 0)).toEqual(weightsOf(10_000, 90_000, 0));
  });

  it('leaves everything to a variation that is alone', () => {
    expect(setWeight(weightsOf(whole), 0, 5)).toEqual(weightsOf(whole));
  });

  it('sums to the whole with nothing below zero, whatever is asked for', () => {
    fc.assert(
      fc.property(valid, fc.nat(), fc.double({ noNaN: true }), (weights, at, weight) => {
        const changed = setWeight(weights, at % weights.length, weight);
        expect(sumOf(changed)).toBe(whole);
        expect(changed.every((slice) => Number.isInteger(slice.weight) && slice.weight >= 0)).toBe(true);
      }),
    );
  });
});

describe('moveBoundary()', () => {
  it('moves weight between two neighbours and stops at nothing', () => {
    expect(moveBoundary(weightsOf(10_000, 60_000, 30_000), 0, 1_000)).toEqual(
      weightsOf(11_000, 59_000, 30_000),
    );
    expect(moveBoundary(weightsOf(10_000, 60_000, 30_000), 0, -50_000)).toEqual(weightsOf(0, 70_000, 30_000));
  });

  it('keeps the sum and every other slice', () => {
    fc.assert(
      fc.property(valid, fc.nat(), fc.double({ noNaN: true }), (weights, at, by) => {
        const index = at % weights.length;
        if (index === weights.length - 1) return;
        const changed = moveBoundary(weights, index, by);
        expect(sumOf(changed)).toBe(whole);
        expect(changed.filter((_, i) => i !== index && i !== index + 1)).toEqual(
          weights.filter((_, i) => i !== index && i !== index + 1),
        );
      }),
    );
  });
});

it('evenWeights() shares everything', () => {
  expect(evenWeights(weightsOf(1, 2, 3))).toEqual(weightsOf(33_334, 33_333, 33_333));
});

it('firstWeights() begins with a tenth', () => {
  expect(firstWeights('on', 'off').map(({ weight }) => weight)).toEqual([10_000, 90_000]);
  expect(firstWeights('on', 'on')).toEqual([{ variation: 'on', weight: whole }]);
});

it('allWeights() adds what has no weight and keeps what no longer exists', () => {
  expect(allWeights([{ variation: 'gone', weight: whole }], ['a']).map(({ variation }) => variation)).toEqual(
    ['gone', 'a'],
  );
});

it('readPercent() reads what percentText() writes, to the last unit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: whole }), (weight) => {
      expect(readPercent(percentText(weight))).toBe(weight);
    }),
  );
  expect(percentOf(12_345)).toBe('12.345%');
  expect(readPercent(' 12,5 % ')).toBe(12_500);
  for (const text of ['', '-1', '101', '1e3', 'ten', '1.2.3']) expect(readPercent(text)).toBeUndefined();
});
