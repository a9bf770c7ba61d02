import { describe, expect, test } from 'vitest';
import type { Match } from './model.ts';
import { re2Regex } from './re2/index.ts';
import { all, any, attribute, audience, flag, inAudience, notInAudience, ruleset } from './testing/index.ts';
import {
  audienceDepths,
  conditionProblem,
  conditionsIn,
  findAudienceCycle,
  findPrerequisiteCycle,
  flagProblem,
  matchDepth,
  prerequisiteDepths,
} from './write-time.ts';

describe('findPrerequisiteCycle()', () => {
  test('returns the shortest way around', () => {
    const { flags } = ruleset(
      flag('entry').prerequisite('a'),
      flag('a').prerequisite('b'),
      flag('b').prerequisite('c').prerequisite('a'),
      flag('c').prerequisite('a'),
    );
    expect(findPrerequisiteCycle(flags)).toEqual(['a', 'b', 'a']);
  });

  test('returns a flag that requires itself', () => {
    expect(findPrerequisiteCycle(ruleset(flag('a').prerequisite('a')).flags)).toEqual(['a', 'a']);
  });

  test('returns nothing where prerequisites meet again without leading back, or lead nowhere', () => {
    const { flags } = ruleset(
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
    const flags = Object.fromEntries(
      Array.from({ length: 50_000 }, (_, i) => [
        `f${i}`,
        { prerequisites: [{ flag: `f${(i + 1) % 50_000}`, variation: 'on' }] },
      ]),
    );
    expect(findPrerequisiteCycle(flags)).toHaveLength(50_001);
  });
});

describe('findAudienceCycle()', () => {
  test('finds names at any depth of a match, negated ones too', () => {
    const audiences = {
      a: audience(any(attribute('key', 'exists'), all(notInAudience('b')))),
      b: audience(inAudience('c', 'a')),
      c: audience(attribute('key', 'exists')),
    };
    expect(findAudienceCycle(audiences)).toEqual(['a', 'b', 'a']);
    expect(audienceDepths(audiences)).toEqual(new Map([['c', 0]]));
  });
});

describe('matchDepth()', () => {
  test('counts groups inside groups', () => {
    expect(matchDepth(all())).toBe(0);
    expect(matchDepth(all(attribute('key', 'exists')))).toBe(0);
    expect(matchDepth(all(any(), any(all(), inAudience('a'))))).toBe(2);
  });

  test('measures what is deeper than the call stack', () => {
    let match: Match = all();
    for (let i = 0; i < 100_000; i += 1) match = any(match);
    expect(matchDepth(match)).toBe(100_000);
  });
});

test('conditionsIn() lists the conditions of all groups', () => {
  const [a, b, c] = [attribute('a', 'exists'), inAudience('b'), attribute('c', 'exists')];
  expect(conditionsIn(all(a, any(b, all(c)), all()))).toEqual([a, b, c]);
});

describe('conditionProblem()', () => {
  const problem = (...[type, condition]: [...Parameters<typeof conditionProblem>]) =>
    conditionProblem(type, condition, re2Regex());

  test('finds nothing wrong with what can be judged', () => {
    expect(problem('string', attribute('a', 'in', ['x', 'y']))).toBeUndefined();
    expect(problem('string', attribute('a', 'matches', ['^x']))).toBeUndefined();
    expect(problem('semver', attribute('a', 'gte', ['v1.2']))).toBeUndefined();
    expect(problem('date', attribute('a', 'before', ['2024-02-29', 0]))).toBeUndefined();
    expect(problem('list', attribute('a', 'exists'))).toBeUndefined();
  });

  test('finds what cannot', () => {
    expect(problem('string', attribute('a', 'lt', ['x']))).toMatch(/"lt" does not suit/);
    expect(problem('string', attribute('a', 'in', []))).toMatch(/at least one value/);
    expect(problem('string', attribute('a', 'matches', ['^x', '(?=x)']))).toMatch(/not every value/);
    expect(problem('semver', attribute('a', 'gte', ['1.x']))).toMatch(/not every value/);
    expect(problem('date', attribute('a', 'before', ['2023-02-29']))).toMatch(/not every value/);
    expect(problem('number', attribute('a', 'gt', [1, '2']))).toMatch(/not every value/);
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
