import { re2Regex } from '@fauna-flags/core/re2';
import type { MatchInput } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { judgeContext } from './judge-context.ts';
import { contextOfFields, decidingAttributes, hasPattern } from './trial-context.ts';

const attributes = [
  { key: 'state', type: 'string', name: 'State' },
  { key: 'student', type: 'boolean', name: null },
  { key: 'seats', type: 'number', name: null },
  { key: 'labs', type: 'list', name: null },
  { key: 'since', type: 'date', name: null },
] as const;
const all = (...conditions: MatchInput['conditions']): MatchInput => ({ combine: 'all', conditions });
const inTexas = { attribute: 'state', operator: 'in', values: ['Texas'] };
const texans = {
  key: 'texans',
  match: { combine: 'all' as const, conditions: [{ ...inTexas, operator: 'in' as const }] },
};
const model = { attributes, audiences: [texans] };

describe('judgeContext()', () => {
  it('tells whether a context matches, and how each condition fares', () => {
    const match = all(inTexas, { attribute: 'student', operator: 'is', values: [true] });
    expect(judgeContext(match, model, { state: 'Texas', student: true }).match.held).toBe(true);
    const { match: judged } = judgeContext(match, model, { state: 'Texas', student: false });
    expect(judged.held).toBe(false);
    expect(judged.conditions).toMatchObject([
      { attribute: 'state', held: true, actual: 'Texas' },
      { attribute: 'student', held: false, actual: false },
    ]);
    expect(judgeContext(match, model, {}).match.conditions[0]).toMatchObject({
      held: false,
      problem: 'the context has no "state"',
    });
  });

  it('follows the audiences that the match names', () => {
    const judgement = judgeContext(all({ audiences: ['texans'], negate: true }), model, { state: 'Texas' });
    expect(judgement.match.held).toBe(false);
    expect(judgement.match.conditions[0]).toMatchObject({ isIn: ['texans'], held: false });
    expect(judgement.audiences.texans).toMatchObject({ held: true });
  });

  it('judges patterns when it has an engine for them', () => {
    const match = all({ attribute: 'state', operator: 'matches', values: ['^T'] });
    expect(judgeContext(match, model, { state: 'Texas' }).match.held).toBe(false);
    expect(judgeContext(match, { ...model, regex: re2Regex() }, { state: 'Texas' }).match.held).toBe(true);
    expect(hasPattern(match)).toBe(true);
    expect(hasPattern(all(all(match.conditions[0] ?? inTexas)))).toBe(true);
    expect(hasPattern(all(inTexas, { audiences: [] }))).toBe(false);
  });

  it('takes a match that is still being written for one that nobody meets', () => {
    for (const condition of [
      { attribute: '', operator: '', values: [] },
      { attribute: 'state', operator: 'in', values: [] },
      { attribute: 'gone', operator: 'in', values: ['x'] },
      { audiences: [] },
      all(),
    ]) {
      expect(judgeContext(all(condition), model, { state: 'Texas' }).match.held).toBe(false);
    }
    expect(judgeContext(all(), model, {}).match.held).toBe(false);
  });
});

describe('the fields of a trial', () => {
  it('are the attributes that decide, also through audiences, and each once', () => {
    const match = all(
      { audiences: ['texans', 'gone'] },
      { attribute: 'key', operator: 'exists', values: [] },
      inTexas,
    );
    expect(decidingAttributes(match, model).map(({ key }) => key)).toEqual(['key', 'state']);
  });

  it('end where audiences name each other in a circle', () => {
    const circle = [
      { key: 'a', match: { combine: 'all' as const, conditions: [{ audiences: ['b'] }] } },
      { key: 'b', match: { combine: 'all' as const, conditions: [{ audiences: ['a'] }] } },
    ];
    expect(decidingAttributes(all({ audiences: ['a'] }), { attributes, audiences: circle })).toEqual([]);
  });

  it('become a context in which empty ones are absent', () => {
    const fields = { state: 'Texas', student: 'false', seats: '5', labs: 'a, b', since: '', other: 'x' };
    expect(contextOfFields(fields, attributes)).toEqual({
      state: 'Texas',
      student: false,
      seats: 5,
      labs: ['a', 'b'],
    });
    expect(
      contextOfFields({ seats: 'many', student: 'perhaps', since: '1893456000000' }, attributes),
    ).toEqual({
      seats: 'many',
      student: 'perhaps',
      since: 1_893_456_000_000,
    });
  });
});
