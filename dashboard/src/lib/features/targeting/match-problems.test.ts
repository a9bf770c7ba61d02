import type { ConditionInput, MatchInput } from '@fauna-flags/protocol';
import { expect, it } from 'vitest';
import { draftOf } from './draft.ts';
import { locateErrors } from './locate-errors.ts';
import { matchProblems } from './match-problems.ts';

const vocabulary = {
  attributes: [
    { key: 'state', type: 'string', name: null },
    { key: 'app', type: 'semver', name: null },
    { key: 'since', type: 'date', name: null },
  ],
  audiences: [],
} as const;
const all = (...conditions: ConditionInput[]): MatchInput => ({ combine: 'all', conditions });
const pathsOf = (match: MatchInput) => matchProblems(match, vocabulary).map(({ path }) => path);

it('matchProblems() finds what is not chosen yet, at any depth', () => {
  const match = all(
    { attribute: '', operator: '', values: [] },
    { attribute: 'state', operator: 'in', values: [] },
    all({ audiences: [] }, all()),
    { attribute: 'state', operator: 'lt', values: ['x'] },
    { attribute: 'gone', operator: 'in', values: ['x'] },
  );
  expect(pathsOf(match)).toEqual([
    'conditions[0].attribute',
    'conditions[1].values',
    'conditions[2].conditions[0].audiences',
    'conditions[2].conditions[1].conditions',
    'conditions[3].operator',
    'conditions[4].attribute',
  ]);
  expect(pathsOf(all())).toEqual(['conditions']);
});

it('matchProblems() finds values that cannot be', () => {
  const match = all(
    { attribute: 'app', operator: 'lt', values: ['1.0', 'latest'] },
    { attribute: 'since', operator: 'before', values: ['2030-02-30'] },
  );
  expect(pathsOf(match)).toEqual(['conditions[0].values[1]', 'conditions[1].values[0]']);
});

it('matchProblems() has nothing to say of a match that is complete', () => {
  const match = all(
    { attribute: 'key', operator: 'exists', values: [] },
    { attribute: 'state', operator: 'in', values: [''] },
    { audiences: ['anything'] },
  );
  expect(pathsOf(match)).toEqual([]);
});

it('locateErrors() brings errors to the rows that their paths name', () => {
  let last = 0;
  const root = draftOf(
    all({ attribute: 'state', operator: 'in', values: ['a'] }, all({ audiences: ['x'] })),
    () => `c${++last}`,
  );
  const at = (path: string) => locateErrors(root, [{ path, message: '!' }]);
  expect(at('conditions[0].values[3]')).toEqual([{ id: 'c2', field: 'values', index: 3, message: '!' }]);
  expect(at('conditions[1].conditions[0].audiences[0]')).toEqual([
    { id: 'c4', field: 'audiences', index: 0, message: '!' },
  ]);
  expect(at('conditions[1].conditions')).toEqual([{ id: 'c3', field: '', message: '!' }]);
  expect(at('conditions[0]')).toEqual([{ id: 'c2', field: '', message: '!' }]);
  expect(at('')).toEqual([{ id: 'c1', field: '', message: '!' }]);
  expect(at('conditions[9].values')).toEqual([{ id: 'c1', field: '', message: '!' }]);
});
