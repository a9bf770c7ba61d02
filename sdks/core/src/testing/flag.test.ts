import { describe, expect, test } from 'vitest';
import { compile } from '../compile.ts';
import { all, attribute, audience, flag, inAudience, notInAudience, ruleset, split } from './index.ts';

describe('flag()', () => {
  test('starts as a new flag does: boolean, off, visible to clients', () => {
    expect(flag('checkout').build()).toEqual({
      kind: 'boolean',
      salt: 'checkout',
      clientVisible: true,
      variations: [
        { key: 'on', value: true },
        { key: 'off', value: false },
      ],
      enabled: false,
      offVariation: 'off',
      prerequisites: [],
      targets: [],
      rules: [],
      defaultServe: { variation: 'on' },
    });
  });

  test('gives a new builder with every step', () => {
    const base = flag('a');
    const on = base.on();
    expect(base.build().enabled).toBe(false);
    expect(on.build().enabled).toBe(true);
    expect(on.rollout(20, 'plan').build().defaultServe).toEqual({
      rollout: {
        by: 'plan',
        weights: [
          { variation: 'on', weight: 20_000 },
          { variation: 'off', weight: 80_000 },
        ],
      },
    });
  });

  test('takes its kind from the first value, and serves the first and, when off, the last variation', () => {
    const { kind, offVariation, defaultServe } = flag('a').variations({ big: 2, small: 1 }).build();
    expect({ kind, offVariation, defaultServe }).toEqual({
      kind: 'number',
      offVariation: 'small',
      defaultServe: { variation: 'big' },
    });
    expect(flag('a').variations({ none: null }).build().kind).toBe('json');
    expect(flag('a').variations({ text: 'x' }, 'json').build().kind).toBe('json');
  });
});

test('ruleset() joins flags and parts to what every evaluator can read', () => {
  const rules = ruleset(
    flag('__proto__').on(),
    flag('a')
      .on()
      .hidden()
      .salt('s')
      .offVariation('on')
      .prerequisite('__proto__')
      .target('off', 'tester')
      .rule('in', inAudience('eu'), split('on', 'off', 12.5))
      .rule('out', all(notInAudience('eu'), attribute('country', 'exists')), 'off')
      .weights({ on: 1, off: 99_999 }, { seed: 'x' }),
    { attributes: { country: 'string' }, audiences: { eu: audience(attribute('country', 'in', ['DE'])) } },
    { environment: 'staging', version: 7 },
  );
  expect(rules).toMatchObject({ schema: 1, environment: 'staging', version: 7 });
  const compiled = compile(rules);
  expect(compiled.flagKeys).toEqual(['__proto__', 'a']);
  expect(compiled.evaluate('a', { key: 'u', country: 'US' })).toMatchObject({
    ruleId: 'out',
    variation: 'off',
  });
  expect(compiled.evaluate('a', { key: 'u', country: 'DE' })).toMatchObject({
    ruleId: 'in',
    inRollout: true,
  });
  expect(compiled.evaluate('a', { key: 'tester' })).toMatchObject({ reason: 'TARGET' });
  expect(compiled.evaluate('a', {})).toEqual({ reason: 'ERROR', errorCode: 'TARGETING_KEY_MISSING' });
});
