import { rulesetLimits } from '@fauna-flags/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { storedRuleset } from '../../../test/support/snapshots.ts';

/* What is refused at write: by the exact path, and with what would be right. More of it is in `targeting.test.ts`. */

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  await api.must('POST', '/projects/demo/attributes', { key: 'plan', type: 'string' });
  for (const key of ['a', 'b', 'gone']) await api.must('POST', flags, { key, name: key, kind: 'boolean' });
  await api.must('POST', `${flags}/gone/archive`);
});
afterAll(() => api.close());

const flags = '/projects/demo/flags';
const production = `${flags}/a/environments/production`;
const base = {
  ...{ offVariation: 'off', prerequisites: [], targets: [], rules: [] },
  defaultServe: { variation: 'on' },
};
const match = (...conditions: unknown[]) => ({ combine: 'all', conditions });
const plan = (values: unknown[], operator = 'in') => ({ attribute: 'plan', operator, values });
const rule = (...conditions: unknown[]) => ({ match: match(...conditions), serve: { variation: 'on' } });
const texts = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`);

/** What is wrong with a configuration; fails when nothing is. */
async function errorsOf(change: object): Promise<{ path: string; message: string }[]> {
  const { status, body } = await api.call('PUT', production, { ...base, ...change }, anyRevision);
  expect([status, body.code]).toEqual([422, 'unprocessable']);
  return body.errors;
}

describe('a configuration', () => {
  it('S-23 may hold a hundred rules, and each condition ten thousand values, and no more', async () => {
    const rules = Array.from({ length: rulesetLimits.rulesPerFlag }, () => rule(plan(['x'])));
    expect((await api.must('PUT', production, { ...base, rules }, anyRevision)).rules.length).toBe(100);
    expect(await errorsOf({ rules: [...rules, rule(plan(['x']))] })).toEqual([
      { path: 'rules', message: 'must be at most 100: there are 101' },
    ]);
    await api.must('PUT', production, { ...base, rules: [rule(plan(texts(10_000)))] }, anyRevision);
    expect(await errorsOf({ rules: [rule(plan(texts(10_001)))] })).toEqual([
      {
        path: 'rules[0].match.conditions[0].values',
        message: 'must hold at most 10000 values: it holds 10001',
      },
    ]);
    expect(await errorsOf({ targets: [{ variation: 'on', keys: texts(10_001) }] })).toEqual([
      { path: 'targets[0].keys', message: 'must hold at most 10000 keys: it holds 10001' },
    ]);
  });

  it('S-22 may hold twenty patterns of 256 characters in all of its rules, and no more', async () => {
    const pattern = `^${'a'.repeat(255)}`;
    const twenty = [
      rule(plan(Array(12).fill(pattern), 'matches')),
      rule(match(plan(Array(8).fill('b'), 'matches'))),
    ];
    await api.must('PUT', production, { ...base, rules: twenty }, anyRevision);
    expect(await errorsOf({ rules: [...twenty, rule(plan(['c'], 'matches'))] })).toEqual([
      {
        path: 'rules[2].match.conditions[0].values[0]',
        message: 'is one pattern too many: at most 20 are possible',
      },
    ]);
    expect(await errorsOf({ rules: [rule(plan([`${pattern}a`], 'matches'))] })).toEqual([
      {
        path: 'rules[0].match.conditions[0].values[0]',
        message: 'must be a pattern of at most 256 characters: it has 257',
      },
    ]);
  });

  it('names what else a prerequisite could be', async () => {
    const prerequisites = [
      { flag: 'nope', variation: 'on' },
      { flag: 'gone', variation: 'on' },
      { flag: 'b', variation: 'blue' },
    ];
    expect(await errorsOf({ prerequisites })).toEqual([
      { path: 'prerequisites[0].flag', message: 'names no flag of the project: "nope"; it could be "b"' },
      { path: 'prerequisites[1].flag', message: 'must not be archived: "gone" is, restore it first' },
      {
        path: 'prerequisites[2].variation',
        message: 'names no variation of flag "b": "blue"; it could be "on" or "off"',
      },
    ]);
  });

  it('is refused with U+0000 in it, wherever that is', async () => {
    const nul = 'x\u0000';
    const places: [object, string][] = [
      [{ targets: [{ variation: 'on', keys: ['a', nul] }] }, 'targets[0].keys[1]'],
      [{ rules: [{ ...rule(plan(['x'])), name: nul }] }, 'rules[0].name'],
      [{ rules: [rule(plan(['x', nul]))] }, 'rules[0].match.conditions[0].values[1]'],
      [
        { defaultServe: { rollout: { seed: nul, weights: [{ variation: 'on', weight: 100_000 }] } } },
        'defaultServe.rollout.seed',
      ],
    ];
    for (const [change, path] of places) {
      expect(await errorsOf(change)).toEqual([
        { path, message: 'must hold neither U+0000 nor a lone surrogate' },
      ]);
    }
    const made = await api.call('POST', flags, {
      ...{ key: 'n', name: 'N', kind: 'json' },
      variations: [{ key: 'v', value: { list: ['ok', nul] } }],
    });
    expect(made.body).toMatchObject({ status: 422, errors: [{ path: 'variations[0].value.list[1]' }] });
  });
});

describe('a flag', () => {
  it('may have 256 variations, of values of 64 KiB, and keeps each whole', async () => {
    const text = 'ä'.repeat(32 * 1_024);
    const made = await api.must('POST', flags, {
      ...{ key: 'large', name: 'Large', kind: 'string' },
      variations: [
        { key: 'large', value: text },
        ...Array.from({ length: 255 }, (_, index) => ({ key: `v${index}`, value: '' })),
      ],
    });
    expect([made.variations.length, made.variations[0].value === text]).toEqual([256, true]);
    const { id } = await api.must('GET', '/projects/demo/environments/production');
    expect((await storedRuleset(api.database, id)).content.flags.large.variations[0].value).toBe(text);
    const { body } = await api.call(
      'PATCH',
      `${flags}/large`,
      { variations: [...made.variations, { key: 'more', value: '' }] },
      anyRevision,
    );
    expect(body.errors).toEqual([{ path: 'variations', message: 'must be at most 256: there are 257' }]);
    await api.must('POST', `${flags}/large/archive`);
    for (const [kind, value, bytes] of [
      ['string', `${text}x`, 65_537],
      ['json', { text: 'x'.repeat(65_536) }, 65_547],
    ]) {
      const flag = { key: 'larger', name: 'Larger', kind, variations: [{ key: 'v', value }] };
      expect((await api.call('POST', flags, flag)).body).toMatchObject({
        status: 422,
        errors: [{ path: 'variations[0].value', message: `must be at most 64 KiB: it has ${bytes} bytes` }],
      });
    }
  });

  it('has an owner and tags within bounds', async () => {
    const make = async (more: object) =>
      (await api.call('POST', flags, { key: 'owned', name: 'O', kind: 'boolean', ...more })).body;
    const refusals: [object, string][] = [
      [{ owner: 'x'.repeat(201) }, 'owner'],
      [{ owner: ' ' }, 'owner'],
      [{ tags: [''] }, 'tags[0]'],
      [{ tags: ['ok', 'x'.repeat(65)] }, 'tags[1]'],
      [{ tags: texts(51) }, 'tags'],
      [{ lifetime: 'forever' }, 'lifetime'],
    ];
    for (const [more, path] of refusals)
      expect(await make(more)).toMatchObject({ status: 400, errors: [{ path }] });
    expect(await make({ owner: 'Team Checkout', tags: texts(50), lifetime: 'permanent' })).toMatchObject({
      owner: 'Team Checkout',
      lifetime: 'permanent',
    });
  });
});

describe('F35 a ruleset over 5 MB', () => {
  it('is refused with the sizes of what is largest in it, audiences too, and changes nothing', async () => {
    await api.must('POST', '/projects', { key: 'big', name: 'Big' });
    await api.must('POST', '/projects/big/attributes', { key: 'plan', type: 'string' });
    const values = (letter: string) =>
      Array.from({ length: 10_000 }, (_, index) => letter.repeat(90) + index);
    const keep = (key: string) =>
      api.call('POST', '/projects/big/audiences', { key, name: key, match: match(plan(values(key))) });
    for (const key of ['a', 'b', 'c', 'd', 'e']) expect((await keep(key)).status).toBe(201);
    const { body } = await keep('f');
    expect(body).toMatchObject({
      status: 422,
      detail: expect.stringMatching(
        /^Cannot publish environment "\w+": its ruleset would take 5\d{6} bytes, at most 5242880 are possible$/,
      ),
    });
    expect(body.errors).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((key) => ({
        path: `audiences.${key}`,
        message: expect.stringMatching(/^takes 9\d{5} bytes$/),
      })),
    );
    expect((await api.call('GET', '/projects/big/audiences/f')).status).toBe(404);
  });
});
