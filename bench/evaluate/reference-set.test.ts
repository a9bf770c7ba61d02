import { expect, test } from 'vitest';
import { expectedAnswer } from './expected-answer.ts';
import { referenceSet, referenceSetNames } from './reference-set.ts';

test.each(referenceSetNames)('referenceSet("%s") is the same each time', (name) => {
  expect(referenceSet(name)).toEqual(referenceSet(name));
});

test('referenceSet() gives the number of flags that its name says', () => {
  expect(referenceSetNames.map((name) => `${name} ${referenceSet(name).flags.length}`)).toEqual([
    'rules-100 100',
    'rules-350 350',
    'everything-100 100',
  ]);
});

test.each(referenceSetNames)(
  'referenceSet("%s") leads to every answer often enough to be compared',
  (name) => {
    const set = referenceSet(name);
    const answers = set.flags.flatMap((flag) => set.users.map((user) => expectedAnswer(set, flag, user)));
    const share = (answer: string) => answers.filter((given) => given === answer).length / answers.length;
    expect(share('on')).toBeGreaterThan(0.25);
    expect(share('rollout')).toBeGreaterThan(0.25);
    if (name === 'everything-100') expect(share('off')).toBeGreaterThan(0.05);
  },
);

test('referenceSet("everything-100") has failed prerequisites and users that only a target or an audience turns on', () => {
  const set = referenceSet('everything-100');
  const without = {
    ...set,
    flags: set.flags.map(({ audience: _, ...flag }) => ({ ...flag, targets: [] })),
  };
  const certainlyOn = (of: typeof set) =>
    of.flags.flatMap((flag) => of.users.filter((user) => expectedAnswer(of, flag, user) === 'on')).length;
  expect(certainlyOn(set)).toBeGreaterThan(certainlyOn(without));
  const dependent = set.flags.filter(({ prerequisite }) => prerequisite !== undefined);
  expect(dependent.some((flag) => set.users.some((user) => expectedAnswer(set, flag, user) === 'off'))).toBe(
    true,
  );
});
