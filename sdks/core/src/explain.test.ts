import { describe, expect, test } from 'vitest';
import { compile } from './compile.ts';
import { explain } from './explain.ts';
import { all, any, attribute, audience, flag, inAudience, ruleset, split } from './testing/index.ts';

const rules = ruleset(
  flag('base')
    .on()
    .hidden()
    .rule('blocked', attribute('blocked', 'is', [true]), 'off'),
  flag('checkout')
    .on()
    .salt('google-pay')
    .prerequisite('base')
    .target('off', 'tester')
    .rule('staff', inAudience('staff', 'ghosts'))
    .rule(
      'big',
      all(attribute('seats', 'gte', [10]), any(attribute('country', 'in', ['de'], { ignoreCase: true }))),
    )
    .rule('half', attribute('country', 'exists'), split('on', 'off', 14))
    .serve('off'),
  flag('loop').on().prerequisite('loop'),
  {
    attributes: { blocked: 'boolean', seats: 'number', country: 'string', email: 'string' },
    audiences: { staff: audience(attribute('email', 'endsWith', ['@corp.example'])) },
  },
);
const compiled = compile(rules);

describe('explain()', () => {
  test('shows every decision with the values that were compared', () => {
    const explanation = explain(compiled, 'checkout', { key: 'user-2', seats: '12', country: 'US' });
    expect(explanation).toEqual({
      flag: 'checkout',
      evaluation: { value: true, variation: 'on', reason: 'RULE', ruleId: 'half', inRollout: true },
      path: [
        { step: 'off', held: false },
        {
          step: 'prerequisite',
          held: true,
          flag: 'base',
          variation: 'on',
          enabled: true,
          evaluation: { value: true, variation: 'on', reason: 'DEFAULT' },
        },
        { step: 'target', held: false, key: 'user-2' },
        {
          step: 'rule',
          held: false,
          rule: 'staff',
          match: {
            combine: 'all',
            held: false,
            conditions: [
              {
                audiences: ['staff', 'ghosts'],
                isIn: [],
                held: false,
                problem: 'there is no audience "ghosts"',
              },
            ],
          },
        },
        {
          step: 'rule',
          held: false,
          rule: 'big',
          match: {
            combine: 'all',
            held: false,
            conditions: [
              {
                attribute: 'seats',
                operator: 'gte',
                values: [10],
                actual: '12',
                held: false,
                problem: 'what the context has in "seats" does not suit',
              },
              {
                combine: 'any',
                held: false,
                conditions: [
                  {
                    attribute: 'country',
                    operator: 'in',
                    values: ['de'],
                    ignoreCase: true,
                    actual: 'US',
                    held: false,
                  },
                ],
              },
            ],
          },
        },
        {
          step: 'rule',
          held: true,
          rule: 'half',
          match: {
            combine: 'all',
            held: true,
            conditions: [{ attribute: 'country', operator: 'exists', values: [], actual: 'US', held: true }],
          },
          rollout: {
            by: 'key',
            seed: 'google-pay',
            unit: 'user-2',
            position: 563133297,
            percent: (563133297 / 2 ** 32) * 100,
            slices: [
              { variation: 'on', weight: 14_000, boundary: 601295421, held: true },
              { variation: 'off', weight: 86_000, boundary: 4294967296, held: false },
            ],
          },
        },
      ],
      audiences: {
        staff: {
          combine: 'all',
          held: false,
          conditions: [
            {
              attribute: 'email',
              operator: 'endsWith',
              values: ['@corp.example'],
              held: false,
              problem: 'the context has no "email"',
            },
          ],
        },
        ghosts: { held: false, problem: 'there is no audience "ghosts"' },
      },
    });
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
  });

  test('shows which prerequisite failed, and what the other flag gave', () => {
    const { path } = explain(compiled, 'checkout', { key: 'u', blocked: true });
    expect(path.at(-1)).toEqual({
      step: 'prerequisite',
      held: false,
      flag: 'base',
      variation: 'on',
      enabled: true,
      evaluation: { value: false, variation: 'off', reason: 'RULE', ruleId: 'blocked' },
    });
  });

  test('shows a target by its key', () => {
    expect(explain(compiled, 'checkout', { targetingKey: 'tester' }).path.at(-1)).toEqual({
      step: 'target',
      held: true,
      key: 'tester',
    });
  });

  test('says why there is no answer', () => {
    expect(explain(compiled, 'loop', {}).path.at(-1)).toEqual({
      step: 'error',
      held: true,
      errorCode: 'MALFORMED',
      problem: 'the prerequisites of "loop" lead back to it',
    });
    expect(explain(compiled, 'nothing', {})).toEqual({
      flag: 'nothing',
      evaluation: { reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' },
      path: [
        { step: 'error', held: true, errorCode: 'FLAG_NOT_FOUND', problem: 'there is no flag "nothing"' },
      ],
      audiences: {},
    });
    const { path } = explain(compiled, 'checkout', { country: 'US' });
    expect(path.map(({ step }) => step).slice(-2)).toEqual(['rule', 'error']);
    expect(path.at(-1)).toMatchObject({ errorCode: 'TARGETING_KEY_MISSING' });
    const malformed = { ...rules, flags: { a: { ...flag('a').build(), offVariation: 'x' } } };
    expect(explain(malformed, 'a', {}).path).toEqual([
      {
        step: 'error',
        held: true,
        errorCode: 'MALFORMED',
        problem: '"offVariation" must be the key of a variation',
      },
    ]);
  });

  test('names an audience once, however many ways lead to it', () => {
    // Each level names the one below twice: 2¹⁰ ways, and 11 audiences.
    const audiences = Object.fromEntries(
      Array.from({ length: 11 }, (_, level) => [
        `a${level}`,
        audience(
          level === 0
            ? attribute('key', 'exists')
            : all(inAudience(`a${level - 1}`), inAudience(`a${level - 1}`)),
        ),
      ]),
    );
    const explanation = explain(ruleset(flag('f').on().rule('r', inAudience('a10')), { audiences }), 'f', {
      key: 'u',
    });
    expect(explanation.evaluation).toMatchObject({ reason: 'RULE' });
    expect(Object.keys(explanation.audiences).sort()).toEqual(Object.keys(audiences).sort());
  });
});
