import { describe, expect, test } from 'vitest';
import { compile } from './compile.ts';
import { attribute, flag, ruleset } from './testing/index.ts';

describe('compile()', () => {
  test('serves a flag by its rules, then by its default', () => {
    const compiled = compile(
      ruleset(
        flag('checkout')
          .on()
          .rule('eu', attribute('country', 'in', ['DE', 'FR']))
          .serve('off'),
        {
          attributes: { country: 'string' },
        },
      ),
    );
    expect(compiled.evaluate('checkout', { key: 'u1', country: 'DE' })).toEqual({
      value: true,
      variation: 'on',
      reason: 'RULE',
      ruleId: 'eu',
    });
    expect(compiled.serializeClient({ country: 'US' })).toBe(
      '{"checkout":{"value":false,"variation":"off","reason":"DEFAULT"}}',
    );
    expect(compiled.evaluate('other', {})).toEqual({ reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' });
  });
});
