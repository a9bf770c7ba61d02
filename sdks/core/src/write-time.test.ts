import { describe, expect, test } from 'vitest';
import type { Match } from './model.ts';
import { all, any, attribute, flag, inAudience, notInAudience, ruleset } from './testing/index.ts';
import {
  attributesIn,
  audienceDepths,
  audiencesIn,
  findAudienceCycle,
  findPrerequisiteCycle,
  flagProblem,
  prerequisiteDepths,
} from './write-time.ts';

const prerequisitesOf = (...flags: Parameters<typeof ruleset>) =>
  new Map(Object.entries(ruleset(...flags).flags));

describe('findPrerequisiteCycle()', () => {
  test('returns the shortest way around', () => {
    const flags = prerequisitesOf(
      flag('entry').prerequisite('a'),
      flag('a').prerequisite('b'),
      flag('b').prerequisite('c').prerequisite('a'),
      flag('c').prerequisite('a'),
    );
    expect(findPrerequisiteCycle(flags)).toEqual(['a', 'b', 'a']);
  });

  test('begins where it is told to, when a cycle leads there', () => {
    const flags = prerequisitesOf(
      flag('a').prerequisite('b'),
      flag('b').prerequisite('c'),
      flag('c').prerequisite('a'),
      flag('entry').prerequisite('a'),
    );
    expect(findPrerequisiteCycle(flags, 'c')).toEqual(['c', 'a', 'b', 'c']);
    expect(findPrerequisiteCycle(flags, 'entry')).toEqual(['a', 'b', 'c', 'a']);
  });

  test('returns a flag that requires itself', () => {
    expect(findPrerequisiteCycle(prerequisitesOf(flag('a').prerequisite('a')))).toEqual(['a', 'a']);
  });

  test('returns nothing where prerequisites meet again without leading back, or lead nowhere', () => {
    const flags = prerequisitesOf(
      flag('a').prerequisite('b').prerequisite('c'),
      flag('b').prerequisite('d'),
      flag('c').prerequisite('d'),
      flag('d').prerequisite('nothing'),
    );
    expect(findPrerequisiteCycle(flags)).toBeUndefined();
    expect(prerequisiteDepths(flags)).toEqual(
      new Map([
        ['a', 2],
        ['b', 1],
        ['c', 1],
        ['d', 0],
      ]),
    );
  });

  test('follows chains that are longer than the call stack', () => {
    const flags = new Map(
      Array.from(
        { length: 50_000 },
        (_, i): [string, { prerequisites: { flag: string; variation: string }[] }] => [
          `f${i}`,
          { prerequisites: [{ flag: `f${(i + 1) % 50_000}`, variation: 'on' }] },
        ],
      ),
    );
    expect(findPrerequisiteCycle(flags)).toHaveLength(50_001);
  });
});

describe('findAudienceCycle()', () => {
  test('finds names at any depth of a match, negated ones too', () => {
    const audiences = new Map([
      ['a', any(attribute('key', 'exists'), all(notInAudience('b')))],
      ['b', all(inAudience('c', 'a'))],
      ['c', all(attribute('key', 'exists'))],
    ]);
    expect(findAudienceCycle(audiences)).toEqual(['a', 'b', 'a']);
    expect(audienceDepths(audiences)).toEqual(new Map([['c', 0]]));
  });
});

describe('attributesIn() and audiencesIn()', () => {
  test('find what the groups of a match name, at any depth', () => {
    const match = all(attribute('a', 'exists'), any(inAudience('b'), all(attribute('c', 'exists'))), all());
    expect(attributesIn(match)).toEqual(['a', 'c']);
    expect(audiencesIn(match)).toEqual(['b']);
  });

  test('follow groups that are deeper than the call stack', () => {
    let match: Match = all(inAudience('deep'));
    for (let i = 0; i < 100_000; i += 1) match = any(match);
    expect(audiencesIn(match)).toEqual(['deep']);
  });
});

test('flagProblem() says what is wrong with a flag, and where', () => {
  const { build } = flag('a').on().rollout(20);
  expect(flagProblem(build())).toBeUndefined();
  expect(flagProblem({ ...build(), offVariation: 'grey' })).toBe(
    '"offVariation" must be the key of a variation',
  );
  expect(flagProblem({ ...build(), rules: [{ id: 'r', match: { combine: 'all' }, serve: {} }] })).toBe(
    '"rules[0].match.conditions" must be a list',
  );
  expect(flagProblem(null)).toBe('it must be an object');
});
