import { compile } from '@fauna-flags/core';
import { re2Regex } from '@fauna-flags/core/re2';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { storedRuleset } from '../../../test/support/snapshots.ts';

let api: TestApi;
let productionId: string;
const types = ['string', 'number', 'boolean', 'semver', 'date', 'list'] as const;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  productionId = (await api.must('GET', '/projects/demo/environments/production')).id;
  for (const type of types) await api.must('POST', '/projects/demo/attributes', { key: type, type });
  const match = { combine: 'all', conditions: [{ attribute: 'string', operator: 'equals', values: ['a'] }] };
  await api.must('POST', '/projects/demo/audiences', { key: 'known', name: 'Known', match });
  for (const key of ['a', 'b'])
    await api.must('POST', '/projects/demo/flags', { key, name: key, kind: 'boolean' });
});
afterAll(() => api.close());

/** Mostly right, so that many are accepted; a little wrong, so that many are not. */
const mostly = <T>(right: fc.Arbitrary<T>, ...wrong: unknown[]) =>
  fc.oneof(
    { weight: 12, arbitrary: right as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: fc.constantFrom(...wrong) },
  );

const suited: [string, string, unknown[]][] = [
  ['key', 'equals', ['u1', '']],
  ['string', 'contains', ['a', 'é🦊']],
  ['string', 'matches', ['^a.*$', '[a-z]{2}']],
  ['number', 'gte', [0, -1.5, 1e300]],
  ['boolean', 'is', [true, false]],
  ['semver', 'lt', ['1.0.0', 'v2', '1.2.3-rc.1']],
  ['date', 'after', ['2030-01-31', 0, '2030-01-31T00:00Z']],
  ['list', 'containsAll', ['x']],
];
const attributeCondition = fc.constantFrom(...suited).chain(([attribute, operator, values]) =>
  fc.record(
    {
      attribute: mostly(fc.constant(attribute), 'nope', 'targetingKey', '__proto__', 7),
      operator: mostly(fc.constant(operator), 'exists', 'equal', '', 'constructor'),
      values: mostly(
        fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }),
        [],
        [null],
        ['('],
        'x',
        [1, 'a'],
      ),
      negate: fc.boolean(),
      ignoreCase: fc.boolean(),
    },
    { requiredKeys: ['attribute', 'operator', 'values'] },
  ),
);
const { match } = fc.letrec<{ match: unknown; condition: unknown }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    attributeCondition,
    fc.record({ audiences: mostly(fc.constant(['known']), [], ['nope'], [7]) }),
    tie('match'),
  ),
  match: fc.record({
    combine: mostly(fc.constantFrom('all', 'any'), 'none'),
    conditions: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
  }),
}));
const variation = mostly(fc.constantFrom('on', 'off'), 'nope', 'constructor', '');
const serve = fc.oneof(
  fc.record({ variation }),
  fc.integer({ min: 0, max: 100_000 }).chain((weight) =>
    fc.record({
      rollout: fc.record(
        {
          by: mostly(fc.constantFrom('key', 'string', 'number'), 'list', 'nope'),
          seed: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }),
          weights: fc.tuple(
            fc.record({ variation, weight: mostly(fc.constant(weight), -1, 0.5, 1e20) }),
            fc.record({ variation, weight: mostly(fc.constant(100_000 - weight), 1) }),
          ),
        },
        { requiredKeys: ['weights'] },
      ),
    }),
  ),
);
const configuration = fc.record(
  {
    enabled: fc.boolean(),
    offVariation: variation,
    prerequisites: mostly(fc.constantFrom([], [{ flag: 'b', variation: 'on' }]), [
      { flag: 'a', variation: 'on' },
    ]),
    targets: fc.array(
      fc.record({ variation, keys: fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 }) }),
      { maxLength: 2 },
    ),
    rules: fc.array(fc.record({ match, serve }), { maxLength: 3 }),
    defaultServe: serve,
  },
  { requiredKeys: ['offVariation', 'prerequisites', 'targets', 'rules', 'defaultServe'] },
);

it('every configuration is refused with a path, or evaluates on every bearer', async () => {
  const statuses = new Map<number, number>();
  const path = '/projects/demo/flags/a/environments/production';
  await fc.assert(
    fc.asyncProperty(configuration, async (body) => {
      const answer = await api.call('PUT', path, body, anyRevision);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      expect([200, 400, 422]).toContain(answer.status);
      if (answer.status !== 200) {
        expect(answer.body.errors.length).toBeGreaterThan(0);
        for (const { path, message } of answer.body.errors)
          expect([typeof path, typeof message]).toEqual(['string', 'string']);
        return;
      }
      // What was accepted comes back as it is, and is accepted again.
      expect(await api.must('PUT', path, answer.body, anyRevision)).toEqual(answer.body);
      const { content } = await storedRuleset(api.database, productionId);
      const compiled = compile(content, { regex: re2Regex() });
      for (const context of [
        {},
        { key: 'u1', string: 'a', number: 0, semver: '1.0.0', date: 0, list: ['x'] },
      ]) {
        const evaluation = compiled.evaluate('a', context);
        if (evaluation.reason === 'ERROR') expect(evaluation.errorCode).toBe('TARGETING_KEY_MISSING');
      }
    }),
    { numRuns: 300 },
  );
  for (const status of [200, 400, 422]) expect(statuses.get(status) ?? 0).toBeGreaterThan(5);
  expect(api.logged).toEqual([]);
});
