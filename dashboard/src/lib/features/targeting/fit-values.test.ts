import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitValues, parseNumber, readValues, splitList } from './fit-values.ts';

describe('readValues()', () => {
  it('splits a pasted list at new lines, tabs and commas', () => {
    expect(readValues('California, Oregon\nWashington\r\n\tNew York', 'string', 'in')).toEqual({
      values: ['California', 'Oregon', 'Washington', 'New York'],
      rest: '',
    });
  });

  it('never splits a pattern', () => {
    expect(readValues('^a{1,2}$', 'string', 'matches')).toEqual({ values: ['^a{1,2}$'], rest: '' });
  });

  it('hands back what cannot be a value of the type', () => {
    expect(readValues('1, x, 2.5, 1e3, Infinity', 'number', 'in')).toEqual({
      values: [1, 2.5, 1000],
      rest: 'x, Infinity',
    });
    expect(readValues('v1.2, latest', 'semver', 'equals')).toEqual({ values: ['v1.2'], rest: 'latest' });
    expect(readValues('', 'string', 'in')).toEqual({ values: [], rest: '' });
  });
});

describe('splitList()', () => {
  it('takes quoted pieces whole, as spreadsheets write them', () => {
    expect(splitList('"Portland, Oregon",Salem,"say ""hi"""')).toEqual([
      'Portland, Oregon',
      'Salem',
      'say "hi"',
    ]);
  });

  it('takes two quotes for the empty text', () => {
    expect(splitList('a,"",b,,')).toEqual(['a', '', 'b']);
  });

  it('takes a quote for a quote that does not enclose a piece', () => {
    expect(splitList('5" pipe, "open')).toEqual(['5" pipe', '"open']);
  });

  it('loses nothing of what has neither quotes nor separators in it', () => {
    const piece = fc
      .string({ minLength: 1 })
      .filter((text) => text.trim() !== '' && !/[",\t\r\n]/.test(text));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        expect(splitList(pieces.join(','))).toEqual(pieces.map((text) => text.trim()));
      }),
    );
  });
});

it('parseNumber() reads what JSON could hold and nothing else', () => {
  expect(['1', '-2.5', '.5', '+3', ' 4 ', '1e3'].map(parseNumber)).toEqual([1, -2.5, 0.5, 3, 4, 1000]);
  for (const text of ['', ' ', 'x', '1,2', '0x10', 'Infinity', 'NaN', '1e999', '--1']) {
    expect(parseNumber(text)).toBeUndefined();
  }
});

describe('fitValues()', () => {
  it('reads values as those of another type where they can be', () => {
    expect(fitValues(['5', 'x', true], 'number')).toEqual([5]);
    expect(fitValues([5, 'x', true], 'string')).toEqual(['5', 'x']);
    expect(fitValues(['true', false, 'no', 1], 'boolean')).toEqual([true, false]);
    expect(fitValues(['1.2', 1.2, 'x'], 'semver')).toEqual(['1.2']);
    expect(fitValues(['2030-01-31', '2030-02-30', 0, true], 'date')).toEqual(['2030-01-31', 0]);
    expect(fitValues(['a', 1], 'list')).toEqual(['a', '1']);
  });

  it('brings numbers to text and back unharmed', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(fitValues(fitValues([number], 'string'), 'number')).toEqual([number === 0 ? 0 : number]);
      }),
    );
  });
});
