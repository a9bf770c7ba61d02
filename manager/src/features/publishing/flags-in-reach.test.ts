import { flag, ruleset } from '@fauna-flags/core/testing';
import { expect, it } from 'vitest';
import { flagsInReach } from './flags-in-reach.ts';

it('flagsInReach() are the flags, those that ask for them at any distance, and the prerequisites of all of those', () => {
  const rules = ruleset(
    flag('root'),
    flag('middle').prerequisite('root', 'on'),
    flag('top').prerequisite('middle', 'on').prerequisite('beside', 'on'),
    flag('beside').prerequisite('below', 'on'),
    flag('below'),
    flag('stranger'),
  );
  expect([...flagsInReach(rules, new Set(['middle']))].sort()).toEqual(
    ['beside', 'below', 'middle', 'root', 'top'].sort(),
  );
  expect([...flagsInReach(rules, new Set(['stranger']))]).toEqual(['stranger']);
});
