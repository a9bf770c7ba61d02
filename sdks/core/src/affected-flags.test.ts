import { describe, expect, test } from 'vitest';
import { affectedFlags } from './affected-flags.ts';
import type { Ruleset } from './model.ts';
import { attribute, audience, flag, inAudience, notInAudience, ruleset } from './testing/index.ts';

const inner = audience(attribute('country', 'in', ['DE']));
const before = ruleset(
  flag('plain').on(),
  flag('by-country').on().rollout(20, 'country'),
  flag('inner').on().rule('r', inAudience('inner')),
  flag('outer').on().rule('r', notInAudience('outer')),
  flag('needs-outer').on().prerequisite('outer'),
  flag('needs-needs-outer').on().prerequisite('needs-outer'),
  flag('needs-missing').on().prerequisite('missing'),
  {
    attributes: { country: 'string', plan: 'string' },
    audiences: { inner, outer: audience(inAudience('inner')), apart: audience(attribute('plan', 'exists')) },
  },
);

function affected(changes: Partial<Ruleset>): string[] {
  return [...affectedFlags(before, { ...before, ...changes })].sort();
}

describe('affectedFlags()', () => {
  test('is empty where nothing changed but the version or the order of members', () => {
    const flags = Object.fromEntries(Object.entries(before.flags).reverse());
    expect(affected({ version: 2, flags })).toEqual([]);
    expect(affected({})).toEqual([]);
  });

  test('holds a changed flag and those that require it, over several steps', () => {
    expect(affected({ flags: { ...before.flags, outer: flag('outer').off().build() } })).toEqual([
      'needs-needs-outer',
      'needs-outer',
      'outer',
    ]);
    expect(affected({ flags: { ...before.flags, plain: flag('plain').off().build() } })).toEqual(['plain']);
  });

  test('notices a member that is only there before, or only after', () => {
    const plain = { ...before, flags: { a: flag('a').rule('r', attribute('key', 'exists')).build() } };
    const negated = attribute('key', 'exists', [], { negate: true });
    const longer = { ...before, flags: { a: flag('a').rule('r', negated).build() } };
    expect(affectedFlags(plain, longer)).toEqual(new Set(['a']));
    expect(affectedFlags(longer, plain)).toEqual(new Set(['a']));
  });

  test('holds flags that are new or gone, and those that require them', () => {
    expect(affected({ flags: { ...before.flags, missing: flag('missing').build() } })).toEqual([
      'missing',
      'needs-missing',
    ]);
    const { outer, ...others } = before.flags;
    expect(outer).toBeDefined();
    expect(affected({ flags: others })).toEqual(['needs-needs-outer', 'needs-outer', 'outer']);
  });

  test('holds what an audience reaches through other audiences and prerequisites', () => {
    const audiences = { ...before.audiences, inner: audience(attribute('country', 'in', ['FR'])) };
    expect(affected({ audiences })).toEqual(['inner', 'needs-needs-outer', 'needs-outer', 'outer']);
    expect(affected({ audiences: { ...before.audiences, apart: inner } })).toEqual([]);
  });

  test('holds what an attribute reaches, rollouts too', () => {
    expect(affected({ attributes: { ...before.attributes, country: { type: 'list' } } })).toEqual([
      'by-country',
      'inner',
      'needs-needs-outer',
      'needs-outer',
      'outer',
    ]);
    expect(affected({ attributes: { country: { type: 'string' } } })).toEqual([]);
  });

  test('holds every flag where one side is no ruleset', () => {
    const all = Object.keys(before.flags).sort();
    expect([...affectedFlags(undefined, before)].sort()).toEqual(all);
    expect([...affectedFlags(before, { flags: [] })].sort()).toEqual(all);
    expect(affectedFlags(null, null)).toEqual(new Set());
  });

  test('follows long chains and deep values without exhausting the call stack', () => {
    const chain = (enabled: boolean) =>
      ruleset(
        ...Array.from({ length: 5_000 }, (_, i) => flag(`f${i}`).prerequisite(`f${i + 1}`)),
        enabled ? flag('f5000').on() : flag('f5000'),
      );
    expect(affectedFlags(chain(true), chain(false)).size).toBe(5_001);
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i += 1) deep = [deep];
    const odd = { ...before, flags: { deep: { rules: deep } } };
    expect(affectedFlags(odd, structuredCloneOf(odd))).toEqual(new Set(['deep']));
  });
});

/** Another copy of the outer levels, so that nothing is equal by identity. */
function structuredCloneOf(ruleset: {
  readonly flags: { readonly deep: { readonly rules: unknown } };
}): unknown {
  const { rules } = ruleset.flags.deep;
  return { ...ruleset, flags: { deep: { rules: Array.isArray(rules) ? wrapAnew(rules) : rules } } };
}

function wrapAnew(list: readonly unknown[]): unknown {
  let copy: unknown = 1;
  for (let level: unknown = list; Array.isArray(level); [level] = level) copy = [copy];
  return copy;
}
