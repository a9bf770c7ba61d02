import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  for (const type of ['string', 'number', 'boolean', 'semver', 'date', 'list']) {
    await api.must('POST', '/projects/demo/attributes', { key: type, type });
  }
  const match = { combine: 'all', conditions: [{ attribute: 'string', operator: 'equals', values: ['a'] }] };
  await api.must('POST', '/projects/demo/audiences', { key: 'known', name: 'Known', match });
  for (const key of ['a', 'b', 'c', 'd']) {
    await api.must('POST', '/projects/demo/flags', { key, name: key, kind: 'boolean' });
  }
});
afterAll(() => api.close());

const base = {
  offVariation: 'off',
  prerequisites: [],
  targets: [],
  rules: [],
  defaultServe: { variation: 'on' },
};

function put(configuration: unknown, flag = 'a') {
  return api.call('PUT', `/projects/demo/flags/${flag}/environments/production`, configuration, anyRevision);
}

/** Puts one rule with these conditions. */
function putConditions(...conditions: unknown[]) {
  return put({ ...base, rules: [{ match: { combine: 'all', conditions }, serve: { variation: 'on' } }] });
}

const value = 'rules[0].match.conditions[0].values[0]';

describe('a configuration that cannot be', () => {
  it.each<[string, unknown, string, RegExp]>([
    [
      'an unknown attribute',
      { attribute: 'nope', operator: 'equals', values: ['x'] },
      'rules[0].match.conditions[0].attribute',
      /no attribute of the project: "nope"/,
    ],
    [
      'targetingKey, which is called key',
      { attribute: 'targetingKey', operator: 'equals', values: ['x'] },
      'rules[0].match.conditions[0].attribute',
      /no attribute/,
    ],
    [
      'an operator of another type',
      { attribute: 'number', operator: 'contains', values: ['x'] },
      'rules[0].match.conditions[0].operator',
      /number attribute.*"contains".*"equals", "in", "lt"/,
    ],
    [
      'an operator that there is not',
      { attribute: 'string', operator: 'equal', values: ['x'] },
      'rules[0].match.conditions[0].operator',
      /"equal"/,
    ],
    [
      'a text for a number',
      { attribute: 'number', operator: 'lt', values: ['5'] },
      value,
      /must be a number/,
    ],
    ['a number for a text', { attribute: 'string', operator: 'in', values: [5] }, value, /must be a string/],
    [
      'a text for a boolean',
      { attribute: 'boolean', operator: 'is', values: ['true'] },
      value,
      /must be true or false/,
    ],
    [
      'a number for a version',
      { attribute: 'semver', operator: 'gt', values: [1.2] },
      value,
      /must be a version/,
    ],
    [
      'a version that is none',
      { attribute: 'semver', operator: 'gt', values: ['1.2.x'] },
      value,
      /must be a version/,
    ],
    [
      'a day that no calendar has',
      { attribute: 'date', operator: 'after', values: ['2030-02-30'] },
      value,
      /must be a date/,
    ],
    [
      'a boolean for a date',
      { attribute: 'date', operator: 'after', values: [true] },
      value,
      /must be a date/,
    ],
    [
      'a number in a list',
      { attribute: 'list', operator: 'containsAll', values: [1] },
      value,
      /must be a string/,
    ],
    ['a look-around', { attribute: 'string', operator: 'matches', values: ['(?=a)'] }, value, /RE2/],
    ['a back-reference', { attribute: 'string', operator: 'matches', values: ['(a)\\1'] }, value, /RE2/],
    ['an open group', { attribute: 'string', operator: 'matches', values: ['('] }, value, /RE2/],
    [
      'a long pattern',
      { attribute: 'string', operator: 'matches', values: ['a'.repeat(257)] },
      value,
      /at most 256/,
    ],
    [
      'no values',
      { attribute: 'string', operator: 'equals', values: [] },
      'rules[0].match.conditions[0].values',
      /at least one value/,
    ],
    [
      'values for exists',
      { attribute: 'string', operator: 'exists', values: ['x'] },
      'rules[0].match.conditions[0].values',
      /must be empty/,
    ],
    [
      'too many values',
      { attribute: 'number', operator: 'in', values: Array(10_001).fill(1) },
      'rules[0].match.conditions[0].values',
      /at most 10000/,
    ],
    [
      'an unknown audience',
      { audiences: ['known', 'nope'] },
      'rules[0].match.conditions[0].audiences[1]',
      /no audience of the project: "nope"/,
    ],
    ['no audience', { audiences: [] }, 'rules[0].match.conditions[0].audiences', /at least one audience/],
    [
      'an empty group',
      { combine: 'any', conditions: [] },
      'rules[0].match.conditions[0].conditions',
      /at least one condition/,
    ],
  ])('answers 422 to %s', async (_, condition, path, message) => {
    const { status, body } = await putConditions(condition);
    expect([status, body.code]).toEqual([422, 'unprocessable']);
    expect(body.errors).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  it.each<[string, unknown, string, RegExp]>([
    [
      'an unknown off variation',
      { ...base, offVariation: 'nope' },
      'offVariation',
      /no variation of the flag: "nope"; it could be "on" or "off"/,
    ],
    [
      'an unknown default',
      { ...base, defaultServe: { variation: 'nope' } },
      'defaultServe.variation',
      /no variation/,
    ],
    [
      'weights below the sum',
      { ...base, defaultServe: { rollout: { weights: [{ variation: 'on', weight: 99_000 }] } } },
      'defaultServe.rollout.weights',
      /must sum to 100000.*they sum to 99000/,
    ],
    [
      'no weights',
      { ...base, defaultServe: { rollout: { weights: [] } } },
      'defaultServe.rollout.weights',
      /sum to 0/,
    ],
    [
      'a broken weight',
      {
        ...base,
        defaultServe: {
          rollout: {
            weights: [
              { variation: 'on', weight: 99_999.5 },
              { variation: 'off', weight: 0.5 },
            ],
          },
        },
      },
      'defaultServe.rollout.weights[0].weight',
      /whole number/,
    ],
    [
      'a negative weight',
      {
        ...base,
        defaultServe: {
          rollout: {
            weights: [
              { variation: 'off', weight: -1 },
              { variation: 'on', weight: 100_001 },
            ],
          },
        },
      },
      'defaultServe.rollout.weights[0].weight',
      /whole number/,
    ],
    [
      'a rollout over an unknown variation',
      { ...base, defaultServe: { rollout: { weights: [{ variation: 'nope', weight: 100_000 }] } } },
      'defaultServe.rollout.weights[0].variation',
      /no variation/,
    ],
    [
      'a rollout by an unknown attribute',
      { ...base, defaultServe: { rollout: { by: 'nope', weights: [{ variation: 'on', weight: 100_000 }] } } },
      'defaultServe.rollout.by',
      /no attribute/,
    ],
    [
      'a rollout by a list',
      { ...base, defaultServe: { rollout: { by: 'list', weights: [{ variation: 'on', weight: 100_000 }] } } },
      'defaultServe.rollout.by',
      /is a list/,
    ],
    [
      'a rollout that names a variation twice',
      {
        ...base,
        defaultServe: {
          rollout: {
            weights: [
              { variation: 'on', weight: 50_000 },
              { variation: 'off', weight: 10_000 },
              { variation: 'on', weight: 40_000 },
            ],
          },
        },
      },
      'defaultServe.rollout.weights[2].variation',
      /unique in the rollout: "on" is there twice/,
    ],
    [
      'two prerequisites on the same flag',
      {
        ...base,
        prerequisites: [
          { flag: 'b', variation: 'on' },
          { flag: 'b', variation: 'off' },
        ],
      },
      'prerequisites[1].flag',
      /unique in the flag: "b" is a prerequisite twice/,
    ],
    [
      'an unknown target variation',
      { ...base, targets: [{ variation: 'nope', keys: [] }] },
      'targets[0].variation',
      /no variation/,
    ],
    [
      'a key in two targets',
      {
        ...base,
        targets: [
          { variation: 'on', keys: ['u1'] },
          { variation: 'off', keys: ['u2', 'u1'] },
        ],
      },
      'targets[1].keys[1]',
      /"u1" can be in one only/,
    ],
    [
      'an unknown prerequisite',
      { ...base, prerequisites: [{ flag: 'nope', variation: 'on' }] },
      'prerequisites[0].flag',
      /no flag of the project/,
    ],
    [
      'an unknown variation of a prerequisite',
      { ...base, prerequisites: [{ flag: 'b', variation: 'nope' }] },
      'prerequisites[0].variation',
      /no variation of flag "b"/,
    ],
    [
      'itself as a prerequisite',
      { ...base, prerequisites: [{ flag: 'a', variation: 'on' }] },
      'prerequisites[0].flag',
      /a → a/,
    ],
  ])('answers 422 to %s', async (_, configuration, path, message) => {
    const { status, body } = await put(configuration);
    expect([status, body.code]).toEqual([422, 'unprocessable']);
    expect(body.errors[0]).toEqual({ path, message: expect.stringMatching(message) });
  });

  it('answers 422 to two rules of one id, to too many rules and too many patterns', async () => {
    const match = { combine: 'all', conditions: [{ audiences: ['known'] }] };
    const rule = { id: 'r', match, serve: { variation: 'on' } };
    expect((await put({ ...base, rules: [rule, rule] })).body.errors).toEqual([
      { path: 'rules[1].id', message: expect.stringMatching(/unique/) },
    ]);
    const many = Array.from({ length: 101 }, () => ({ match, serve: { variation: 'on' } }));
    expect((await put({ ...base, rules: many })).body.errors).toEqual([
      { path: 'rules', message: expect.stringMatching(/at most 100/) },
    ]);
    const patterns = await putConditions({
      attribute: 'string',
      operator: 'matches',
      values: Array(21).fill('a'),
    });
    expect(patterns.body.errors).toEqual([
      {
        path: 'rules[0].match.conditions[0].values[20]',
        message: expect.stringMatching(/one pattern too many/),
      },
    ]);
  });

  it('tells a cycle of prerequisites by its way around', async () => {
    expect((await put({ ...base, prerequisites: [{ flag: 'b', variation: 'on' }] }, 'a')).status).toBe(200);
    expect((await put({ ...base, prerequisites: [{ flag: 'c', variation: 'on' }] }, 'b')).status).toBe(200);
    const { status, body } = await put({ ...base, prerequisites: [{ flag: 'a', variation: 'on' }] }, 'c');
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      { path: 'prerequisites[0].flag', message: expect.stringMatching(/c → a → b → c$/) },
    ]);
    // Another environment is another graph.
    const staging = await api.call(
      'PUT',
      '/projects/demo/flags/c/environments/staging',
      { ...base, prerequisites: [{ flag: 'a', variation: 'on' }] },
      anyRevision,
    );
    expect(staging.status).toBe(200);
    await put(base, 'a');
    await put(base, 'b');
  });

  it('lets prerequisites lead ten deep and no deeper', async () => {
    const flags = Array.from({ length: 12 }, (_, index) => `chain-${index}`);
    for (const key of flags)
      await api.must('POST', '/projects/demo/flags', { key, name: key, kind: 'boolean' });
    for (let index = 1; index <= 10; index += 1) {
      const answer = await put(
        { ...base, prerequisites: [{ flag: `chain-${index - 1}`, variation: 'on' }] },
        `chain-${index}`,
      );
      expect(answer.status).toBe(200);
    }
    const { body } = await put(
      { ...base, prerequisites: [{ flag: 'chain-10', variation: 'on' }] },
      'chain-11',
    );
    expect(body).toMatchObject({
      status: 422,
      errors: [{ path: 'prerequisites', message: expect.stringMatching(/10/) }],
    });
  });

  it('lists all mistakes together', async () => {
    const { body } = await put({
      ...base,
      offVariation: 'x',
      defaultServe: { variation: 'y' },
      rules: [
        {
          match: { combine: 'all', conditions: [{ attribute: 'z', operator: 'equals', values: ['x'] }] },
          serve: { variation: 'w' },
        },
      ],
    });
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([
      'offVariation',
      'defaultServe.variation',
      'rules[0].match.conditions[0].attribute',
      'rules[0].serve.variation',
    ]);
  });

  it('counts every mistake, and says how many of them it lists', async () => {
    const audiences = Array.from({ length: 70 }, (_, index) => `nope-${index}`);
    const { body } = await putConditions({ audiences });
    expect(body.errors.length).toBe(50);
    expect(body.detail).toMatch(/, and 69 more, of which 49 are listed$/);
    expect((await putConditions({ audiences: audiences.slice(0, 3) })).body.detail).toMatch(/, and 2 more$/);
    expect((await putConditions({ audiences: audiences.slice(0, 1) })).body.detail).not.toMatch(/more/);
  });

  it.each<[string, unknown, string, string]>([
    [
      'a value that is null',
      { attribute: 'number', operator: 'in', values: [1, null] },
      'values[1]',
      'must be a string, a number or a boolean',
    ],
    [
      'a value that is a list',
      { attribute: 'string', operator: 'in', values: [['a']] },
      'values[0]',
      'must be a string, a number or a boolean',
    ],
    [
      'a value that is too long',
      { attribute: 'string', operator: 'in', values: ['x'.repeat(4_097)] },
      'values[0]',
      'must have at most 4096 characters',
    ],
    ['nothing', {}, '', 'must have either "attribute", "audiences" or "conditions"'],
    [
      'a misspelt audiences',
      { audience: 'x' },
      '',
      'must have either "attribute", "audiences" or "conditions"',
    ],
    [
      'both an attribute and audiences',
      { attribute: 'string', operator: 'equals', values: ['a'], audiences: ['known'] },
      '',
      'must have either "attribute", "audiences" or "conditions", and only one of them',
    ],
    [
      'a misspelt operator',
      { attribute: 'string', operatr: 'equals', values: ['a'] },
      'operator',
      'is required and must be a string',
    ],
    ['a group without combine', { conditions: [], combin: 'all' }, 'combine', 'must be "all" or "any"'],
    ['a list', [], '', 'must be an object'],
  ])('tells what a condition takes to %s', async (_, condition, where, message) => {
    const { body } = await putConditions(condition);
    const path = ['rules[0].match.conditions[0]', ...(where === '' ? [] : [where])].join('.');
    expect(body).toMatchObject({ status: 400, errors: expect.arrayContaining([{ path, message }]) });
    expect(body.detail).toBe(`Cannot accept the request: "${path}" ${message}`);
  });

  it('tells what a serve takes', async () => {
    const rollout = { weights: [{ variation: 'on', weight: 100_000 }] };
    const messageTo = async (defaultServe: unknown) => {
      const { status, body } = await put({ ...base, defaultServe });
      expect([status, body.errors.length, body.errors[0].path]).toEqual([400, 1, 'defaultServe']);
      return body.errors[0].message;
    };
    expect(await messageTo({})).toBe('must have either "variation" or "rollout"');
    expect(await messageTo({ rollouts: rollout })).toBe('must have either "variation" or "rollout"');
    expect(await messageTo({ variation: 'on', rollout })).toBe(
      'must have either "variation" or "rollout", not both',
    );
    expect(await messageTo('on')).toBe('must be an object');
  });

  it.each<[string, unknown, string]>([
    [
      'a misspelt negate',
      { attribute: 'string', operator: 'equals', values: ['a'], negat: true },
      'rules[0].match.conditions[0].negat',
    ],
    [
      'a misspelt negate of audiences',
      { audiences: ['known'], negated: true },
      'rules[0].match.conditions[0].negated',
    ],
    [
      'values that are no list',
      { attribute: 'string', operator: 'in', values: 'CA,TX' },
      'rules[0].match.conditions[0].values',
    ],
    ['a value that is null', { attribute: 'string', operator: 'in', values: [null] }, value],
    [
      'a combine that there is not',
      { combine: 'none', conditions: [] },
      'rules[0].match.conditions[0].combine',
    ],
    ['a condition that is a text', 'student', 'rules[0].match.conditions[0]'],
  ])('answers 400 to %s', async (_, condition, path) => {
    const { status, body } = await putConditions(condition);
    expect([status, body.code, body.errors.map((error: { path: string }) => error.path)]).toEqual([
      400,
      'invalid',
      [path],
    ]);
  });

  it('answers 400 where a part is missing or of the wrong shape', async () => {
    const { rules: _, ...withoutRules } = base;
    expect((await put(withoutRules)).body).toMatchObject({ status: 400, errors: [{ path: 'rules' }] });
    expect((await put({ ...base, enable: true })).body).toMatchObject({
      status: 400,
      errors: [{ path: 'enable' }],
    });
    expect((await put({ ...base, enabled: 'true' })).body).toMatchObject({
      status: 400,
      errors: [{ path: 'enabled' }],
    });
    expect((await put({ ...base, defaultServe: {} })).body).toMatchObject({ status: 400, code: 'invalid' });
    expect(
      (
        await put({
          ...base,
          defaultServe: { rollout: { hash: 'md5', weights: [{ variation: 'on', weight: 100_000 }] } },
        })
      ).body,
    ).toMatchObject({
      status: 400,
      errors: [{ path: 'defaultServe.rollout.hash' }],
    });
  });

  it('accepts every operator with values that suit it, repeated ones too', async () => {
    const conditions = [
      ...['equals', 'in', 'contains', 'startsWith', 'endsWith', 'matches'].map((operator) => ({
        attribute: 'string',
        operator,
        values: ['a', 'a', ''],
      })),
      ...['equals', 'in', 'lt', 'lte', 'gt', 'gte'].map((operator) => ({
        attribute: 'number',
        operator,
        values: [1, 1, -0.5],
      })),
      { attribute: 'boolean', operator: 'is', values: [true, false] },
      ...['equals', 'lt', 'lte', 'gt', 'gte'].map((operator) => ({
        attribute: 'semver',
        operator,
        values: ['v1', '1.2', '1.2.3-rc.1+b'],
      })),
      ...['before', 'after'].map((operator) => ({
        attribute: 'date',
        operator,
        values: [0, '2028-02-29', '2030-01-31T12:00:00+02:00'],
      })),
      ...['containsAny', 'containsAll'].map((operator) => ({ attribute: 'list', operator, values: ['a'] })),
      ...['key', 'string', 'number', 'boolean', 'semver', 'date', 'list'].map((attribute) => ({
        attribute,
        operator: 'exists',
        values: [],
        negate: true,
      })),
      { attribute: 'key', operator: 'in', values: ['u1'], ignoreCase: true },
      { audiences: ['known', 'known'], negate: false },
      { combine: 'any', conditions: [{ combine: 'all', conditions: [{ audiences: ['known'] }] }] },
    ];
    const { status, body } = await putConditions(...conditions);
    expect(body.errors ?? status).toBe(200);
    expect(body.rules[0].match.conditions).toEqual(conditions);
  });
});

describe('an audience that cannot be', () => {
  const audience = (key: string, conditions: unknown[]) =>
    api.call('POST', '/projects/demo/audiences', { key, name: key, match: { combine: 'all', conditions } });

  it('answers 422 to a cycle, told by its way around', async () => {
    await audience('first', [{ audiences: ['known'] }]);
    await audience('second', [{ combine: 'any', conditions: [{ audiences: ['first'], negate: true }] }]);
    const match = {
      combine: 'all',
      conditions: [
        { audiences: ['known'] },
        { combine: 'any', conditions: [{ audiences: ['known', 'second'] }] },
      ],
    };
    const { status, body } = await api.call(
      'PATCH',
      '/projects/demo/audiences/first',
      { match },
      anyRevision,
    );
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      {
        path: 'match.conditions[1].conditions[0].audiences[1]',
        message: expect.stringMatching(/first → second → first$/),
      },
    ]);
    const self = await audience('self', [{ audiences: ['self'] }]);
    expect(self.body).toMatchObject({
      status: 422,
      code: 'unprocessable',
      errors: [
        {
          path: 'match.conditions[0].audiences[0]',
          message: 'must not be the audience itself: "self" cannot be in itself',
        },
      ],
    });
    expect(self.body.errors.length).toBe(1);
    const known = { combine: 'all', conditions: [{ audiences: ['known'] }] };
    const patched = await api.call('PATCH', '/projects/demo/audiences/known', { match: known }, anyRevision);
    expect(patched.body.detail).toBe(
      'Cannot keep audience "known": "match.conditions[0].audiences[0]" must not be the audience itself: "known" cannot be in itself',
    );
  });

  it('lets audiences lead ten deep and no deeper', async () => {
    await audience('deep-0', [{ attribute: 'key', operator: 'exists', values: [] }]);
    for (let index = 1; index <= 10; index += 1) {
      expect((await audience(`deep-${index}`, [{ audiences: [`deep-${index - 1}`] }])).status).toBe(201);
    }
    // There are fourteen by now, more than a message shows.
    expect((await audience('lost', [{ audiences: ['nope'] }])).body.errors[0].message).toMatch(
      /^names no audience of the project: "nope"; it could be ("[^"]+", ){9}"[^"]+" or one of 4 more$/,
    );
    expect((await audience('deep-11', [{ audiences: ['deep-10'] }])).body).toMatchObject({
      status: 422,
      errors: [{ path: 'match' }],
    });
  });

  it('answers 422 to groups nested too deep, and 422 to an empty one', async () => {
    let condition: unknown = { audiences: ['known'] };
    for (let depth = 0; depth < 11; depth += 1) condition = { combine: 'all', conditions: [condition] };
    const { status, body } = await audience('nested', [condition]);
    expect([status, body.errors[0].message]).toEqual([422, 'must not nest over 10 deep']);
    expect((await audience('empty', [])).body.errors[0].path).toBe('match.conditions');
  });
});
