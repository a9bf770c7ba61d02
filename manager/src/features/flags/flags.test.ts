import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { storedRuleset } from '../../../test/support/snapshots.ts';

let api: TestApi;
let productionId: string;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  productionId = (await api.must('GET', '/projects/demo/environments/production')).id;
});
afterAll(() => api.close());

const flags = '/projects/demo/flags';
const keysOf = ({ items }: { items: { key: string }[] }) => items.map(({ key }) => key);

function make(key: string, more: object = {}) {
  return api.must('POST', flags, { key, name: key, kind: 'boolean', ...more });
}

/** Edits a configuration as it is. */
async function edit(flag: string, change: object, environment = 'production') {
  const path = `${flags}/${flag}/environments/${environment}`;
  return api.must('PUT', path, { ...(await api.must('GET', path)), ...change }, anyRevision);
}

describe('flags', () => {
  it('POST makes a boolean flag that is off everywhere', async () => {
    const { status, headers, body } = await api.call('POST', flags, {
      key: 'checkout',
      name: 'Checkout',
      kind: 'boolean',
    });
    expect([status, headers.get('etag')]).toEqual([201, '"1"']);
    expect(body).toEqual({
      id: expect.any(String),
      project: 'demo',
      key: 'checkout',
      name: 'Checkout',
      description: null,
      kind: 'boolean',
      salt: expect.stringMatching(/^[0-9a-f]{32}$/),
      variations: [
        { key: 'on', value: true },
        { key: 'off', value: false },
      ],
      clientVisible: true,
      tags: [],
      owner: null,
      lifetime: 'temporary',
      archived: false,
      archivedAt: null,
      revision: 1,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    for (const environment of ['development', 'staging', 'production']) {
      expect(await api.must('GET', `${flags}/checkout/environments/${environment}`)).toEqual({
        flag: 'checkout',
        environment,
        enabled: false,
        offVariation: 'off',
        prerequisites: [],
        targets: [],
        rules: [],
        defaultServe: { variation: 'on' },
        revision: 1,
        updatedAt: expect.any(String),
      });
    }
  });

  it('POST keeps every value of every kind as it was given', async () => {
    const nested = JSON.parse(
      '{"z": 1, "a": {"__proto__": {"x": 1}, "constructor": null}, "list": [0.1, "", "\\u2028", -0.5, 1e21]}',
    );
    const variations = [
      { key: 'first', value: nested, name: 'First' },
      { key: 'null', value: null },
      { key: 'text', value: '123' },
      { key: 'list', value: [[], {}] },
    ];
    await make('json', { kind: 'json', variations });
    const text = JSON.stringify((await api.must('GET', `${flags}/json`)).variations);
    expect(text).toBe(JSON.stringify(variations));
    const { text: ruleset } = await storedRuleset(api.database, productionId);
    expect(ruleset).toContain(
      '"value":{"a":{"__proto__":{"x":1},"constructor":null},"list":[0.1,"","\u2028",-0.5,1e+21],"z":1}',
    );
    expect(ruleset).not.toContain('First');
    await make('text', {
      kind: 'string',
      variations: [
        { key: 'a', value: '1' },
        { key: 'b', value: '' },
      ],
    });
    expect(await api.must('GET', `${flags}/text/environments/production`)).toMatchObject({
      offVariation: 'b',
      defaultServe: { variation: 'a' },
    });
    await make('number', {
      kind: 'number',
      variations: [{ key: 'only', value: 1.5 }],
      salt: 'given',
      clientVisible: false,
      lifetime: 'permanent',
      tags: ['t', 't'],
      owner: 'team',
    });
    expect(await api.must('GET', `${flags}/number`)).toMatchObject({
      salt: 'given',
      clientVisible: false,
      lifetime: 'permanent',
      tags: ['t'],
      owner: 'team',
    });
  });

  it('POST answers 422 to variations that cannot be, each with its path', async () => {
    const refused = async (more: object) => {
      const { status, body } = await api.call('POST', flags, {
        key: 'refused',
        name: 'R',
        kind: 'boolean',
        ...more,
      });
      expect([status, body.code]).toEqual([422, 'unprocessable']);
      return body.errors.map(({ path }: { path: string }) => path);
    };
    expect(await refused({ variations: [] })).toEqual(['variations']);
    expect(await refused({ kind: 'string' })).toEqual(['variations']);
    expect(
      await refused({
        variations: [
          { key: 'on', value: 'true' },
          { key: 'on', value: true },
        ],
      }),
    ).toEqual(['variations[0].value', 'variations[1].key']);
    expect(await refused({ kind: 'number', variations: [{ key: 'a', value: '1' }] })).toEqual([
      'variations[0].value',
    ]);
    const many = Array.from({ length: 257 }, (_, index) => ({ key: `v${index}`, value: index }));
    expect(await refused({ kind: 'number', variations: many })).toEqual(['variations']);
    expect(
      (await api.call('POST', flags, { key: 'r', name: 'R', kind: 'json', variations: [{ key: 'a' }] })).body,
    ).toMatchObject({ status: 400, errors: [{ path: 'variations[0].value' }] });
    expect((await api.call('POST', flags, { key: 'r', name: 'R', kind: 'enum' })).body).toMatchObject({
      status: 400,
      errors: [{ path: 'kind' }],
    });
    expect((await api.call('GET', `${flags}/refused`)).status).toBe(404);
  });

  it('POST answers 409 when the key is taken, by an archived flag too', async () => {
    await make('kept');
    await api.must('POST', `${flags}/kept/archive`);
    expect((await api.call('POST', flags, { key: 'kept', name: 'K', kind: 'boolean' })).body).toMatchObject({
      status: 409,
      code: 'key_taken',
    });
  });

  it('GET lists by key, query, tag and archive', async () => {
    expect(keysOf(await api.must('GET', flags))).toEqual(['checkout', 'json', 'kept', 'number', 'text']);
    expect(keysOf(await api.must('GET', `${flags}?archived=true`))).toEqual(['kept']);
    expect(keysOf(await api.must('GET', `${flags}?archived=false&query=TE`))).toEqual(['text']);
    expect(keysOf(await api.must('GET', `${flags}?query=OUT`))).toEqual(['checkout']);
    expect(keysOf(await api.must('GET', `${flags}?tag=t`))).toEqual(['number']);
    expect((await api.call('GET', `${flags}?archived=maybe`)).body).toMatchObject({
      status: 400,
      errors: [{ path: 'archived' }],
    });
    const first = await api.must('GET', `${flags}?limit=3`);
    expect(keysOf(await api.must('GET', `${flags}?limit=3&cursor=${first.nextCursor}`))).toEqual([
      'number',
      'text',
    ]);
  });

  it('GET lists each flag with its state in every environment, whatever the environment is called', async () => {
    await api.must('POST', '/projects', { key: 'states', name: 'States' });
    await api.must('POST', '/projects/states/environments', { key: 'constructor', name: 'Odd' });
    const states = '/projects/states/flags';
    await api.must('POST', states, { key: 'a', name: 'A', kind: 'boolean' });
    await api.must('POST', states, { key: 'b', name: 'B', kind: 'boolean' });
    await api.must('POST', `${states}/a/environments/constructor/toggle`, { enabled: true });
    const configuration = await api.must('GET', `${states}/b/environments/staging`);
    const changed = { ...configuration, defaultServe: { variation: 'off' } };
    await api.must('PUT', `${states}/b/environments/staging`, changed, anyRevision);
    const weights = [
      { variation: 'on', weight: 25_000 },
      { variation: 'off', weight: 75_000 },
    ];
    const rollout = { ...configuration, defaultServe: { rollout: { weights } } };
    await api.must('PUT', `${states}/b/environments/production`, rollout, anyRevision);
    const { items } = await api.must('GET', states);
    const off = {
      enabled: false,
      targeting: 'everyone',
      share: null,
      revision: 1,
      updatedAt: expect.any(String),
    };
    expect(items.map((item: { environments: object }) => item.environments)).toEqual([
      {
        development: off,
        staging: off,
        production: off,
        constructor: { ...off, enabled: true, revision: 2 },
      },
      {
        development: off,
        staging: { ...off, targeting: 'nobody', revision: 2 },
        production: { ...off, share: 25_000, revision: 2 },
        constructor: off,
      },
    ]);
  });

  it('GET finds flags by their tags too, as they are now', async () => {
    await make('tagged', { tags: ['Häfen', 'sea'] });
    expect(keysOf(await api.must('GET', `${flags}?query=h%C3%A4FEN`))).toEqual(['tagged']);
    await api.must('PATCH', `${flags}/tagged`, { tags: ['sea'] }, anyRevision);
    expect(keysOf(await api.must('GET', `${flags}?query=h%C3%A4FEN`))).toEqual([]);
    expect(keysOf(await api.must('GET', `${flags}?query=SEA`))).toEqual(['tagged']);
  });

  it('PATCH sets, clears and leaves alone', async () => {
    await make('patched', { description: 'D', owner: 'o', tags: ['a'] });
    const patched = await api.must(
      'PATCH',
      `${flags}/patched`,
      { name: 'New', description: null, tags: null, owner: null, lifetime: 'permanent' },
      { 'if-match': '"1"' },
    );
    expect(patched).toMatchObject({
      name: 'New',
      description: null,
      tags: [],
      owner: null,
      lifetime: 'permanent',
      clientVisible: true,
      revision: 2,
    });
    expect((await api.call('PATCH', `${flags}/patched`, { name: 'X' })).body.code).toBe('revision_required');
    expect(
      (await api.call('PATCH', `${flags}/patched`, { name: 'X' }, { 'if-match': '"1"' })).body,
    ).toMatchObject({
      status: 412,
      current: patched,
      detail:
        'Cannot change flag "patched": it is at revision 2 now, the request was made for 1: read it again and send If-Match: "2"',
    });
    expect((await api.call('DELETE', `${flags}/patched`)).body.detail).toBe(
      'Cannot delete flag "patched" without a revision: send If-Match: "2", or If-Match: * for any',
    );
    expect((await api.call('PATCH', `${flags}/patched`, { name: null }, anyRevision)).body).toMatchObject({
      status: 400,
      errors: [{ path: 'name' }],
    });
    const refused = await api.call(
      'PATCH',
      `${flags}/patched`,
      { key: 'x', kind: 'json', salt: 's', archived: true },
      anyRevision,
    );
    expect(refused.body).toMatchObject({
      status: 422,
      errors: [{ path: 'key' }, { path: 'kind' }, { path: 'salt' }, { path: 'archived' }],
    });
    expect((await api.call('PATCH', `${flags}/none`, { name: 'X' }, anyRevision)).status).toBe(404);
  });

  it('PATCH takes back what a list has told of a flag', async () => {
    const made = await make('listed-back');
    const [listed] = (await api.must('GET', `${flags}?query=listed-back`)).items;
    expect(await api.must('PATCH', `${flags}/listed-back`, listed, anyRevision)).toEqual(made);
  });

  it('PATCH hides a flag from clients, in a new version', async () => {
    await make('hidden');
    const { version } = await storedRuleset(api.database, productionId);
    await api.must('PATCH', `${flags}/hidden`, { clientVisible: false }, anyRevision);
    const stored = await storedRuleset(api.database, productionId);
    expect([stored.version, stored.content.flags.hidden.clientVisible]).toEqual([version + 1, false]);
  });

  it('PATCH takes the whole list of variations, and leaves out none that is served', async () => {
    const variations = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => ({ key, value: key }));
    await make('varied', { kind: 'string', variations });
    await make('waiting');
    await edit('waiting', { prerequisites: [{ flag: 'varied', variation: 'd' }] });
    const everybody = { combine: 'all', conditions: [{ attribute: 'key', operator: 'exists', values: [] }] };
    await edit(
      'varied',
      {
        targets: [{ variation: 'c', keys: [] }],
        rules: [
          {
            match: everybody,
            serve: {
              rollout: {
                weights: [
                  { variation: 'a', weight: 100_000 },
                  { variation: 'b', weight: 0 },
                ],
              },
            },
          },
        ],
      },
      'staging',
    );
    const leaveOut = (...keys: string[]) =>
      api.call(
        'PATCH',
        `${flags}/varied`,
        { variations: variations.filter(({ key }) => !keys.includes(key)) },
        anyRevision,
      );
    const { status, body } = await leaveOut('b', 'c', 'd', 'e');
    expect([status, body.code]).toEqual([409, 'in_use']);
    expect(body.usedBy).toEqual([
      { kind: 'environment', key: 'staging', variation: 'b' },
      { kind: 'environment', key: 'staging', variation: 'c' },
      { kind: 'flag', key: 'waiting', environments: ['production'], variation: 'd' },
    ]);
    expect((await leaveOut('f')).body).toMatchObject({
      status: 409,
      usedBy: [{ key: 'development' }, { key: 'staging' }, { key: 'production' }],
    });
    expect((await leaveOut('e')).body.variations.map(({ key }: { key: string }) => key)).toEqual([
      'a',
      'b',
      'c',
      'd',
      'f',
    ]);
    const renamed = await api.must(
      'PATCH',
      `${flags}/varied`,
      {
        variations: variations.map((one) => ({
          ...one,
          value: one.value.toUpperCase(),
          name: `Variation ${one.key}`,
        })),
      },
      anyRevision,
    );
    expect(renamed.variations[1]).toEqual({ key: 'b', value: 'B', name: 'Variation b' });
    expect((await storedRuleset(api.database, productionId)).content.flags.varied.variations[1]).toEqual({
      key: 'b',
      value: 'B',
    });
  });

  it('archives what nobody waits for, restores it as it was, and deletes only what is archived and off', async () => {
    await make('base');
    await make('dependent');
    await edit('dependent', { prerequisites: [{ flag: 'base', variation: 'on' }] });
    const inUse = {
      status: 409,
      code: 'in_use',
      usedBy: [{ kind: 'flag', key: 'dependent', environments: ['production'] }],
    };
    expect((await api.call('POST', `${flags}/base/archive`)).body).toMatchObject(inUse);
    await api.must('POST', `${flags}/base/environments/staging/toggle`, { enabled: true });
    await api.must('POST', `${flags}/dependent/archive`);
    const archived = await api.must('POST', `${flags}/base/archive`);
    expect(archived).toMatchObject({ archived: true, archivedAt: expect.any(String), revision: 2 });
    expect(await api.must('POST', `${flags}/base/archive`)).toEqual(archived);
    expect((await api.call('POST', `${flags}/dependent/restore`)).body).toMatchObject({
      status: 422,
      errors: [{ path: 'prerequisites' }],
    });
    await make('other');
    const path = `${flags}/other/environments/production`;
    const waiting = { ...(await api.must('GET', path)), prerequisites: [{ flag: 'base', variation: 'on' }] };
    expect((await api.call('PUT', path, waiting, anyRevision)).body).toMatchObject({
      status: 422,
      errors: [{ path: 'prerequisites[0].flag' }],
    });
    await api.must('POST', `${flags}/base/restore`);
    expect((await api.must('GET', `${flags}/base/environments/staging`)).enabled).toBe(true);

    const remove = async (flag: string) => {
      const { body } = await api.call('DELETE', `${flags}/${flag}`, undefined, anyRevision);
      expect(body).toMatchObject({ status: 409, code: 'still_on' });
      const rule = `Cannot delete flag "${flag}": a flag must be off everywhere and archived before it can be deleted, and `;
      expect(body.detail.slice(0, rule.length)).toBe(rule);
      return [body.detail.slice(rule.length), body.usedBy];
    };
    const staging = [{ kind: 'environment', key: 'staging' }];
    expect(await remove('other')).toEqual(['it is not archived', undefined]);
    expect(await remove('base')).toEqual(['it is not archived and it is still on in "staging"', staging]);
    await api.must('POST', `${flags}/base/archive`);
    expect(await remove('base')).toEqual(['it is still on in "staging"', staging]);
    await api.must('POST', `${flags}/base/environments/staging/toggle`, { enabled: false });
    expect((await api.call('DELETE', `${flags}/base`)).body.code).toBe('revision_required');
    expect((await api.call('DELETE', `${flags}/base`, undefined, anyRevision)).body).toMatchObject(inUse);
    await api.must('DELETE', `${flags}/dependent`, undefined, anyRevision);
    expect((await api.call('DELETE', `${flags}/base`, undefined, anyRevision)).status).toBe(204);
    expect((await api.call('GET', `${flags}/base`)).status).toBe(404);
    expect((await api.call('GET', `${flags}/base/environments/staging`)).status).toBe(404);
  });
});

describe('configurations', () => {
  it('PUT replaces all but what it leaves out: enabled', async () => {
    await make('put');
    const path = `${flags}/put/environments/production`;
    await api.must('POST', `${path}/toggle`, { enabled: true });
    const configuration = {
      offVariation: 'on',
      prerequisites: [{ flag: 'checkout', variation: 'on' }],
      targets: [{ variation: 'on', keys: ['u1', 'ünï-🦊', ''] }],
      rules: [
        {
          id: 'given',
          name: 'Given',
          match: { combine: 'any', conditions: [{ attribute: 'key', operator: 'equals', values: ['x'] }] },
          serve: { variation: 'off' },
        },
        {
          match: {
            combine: 'all',
            conditions: [{ attribute: 'key', operator: 'exists', values: [], negate: true }],
          },
          serve: {
            rollout: {
              by: 'key',
              seed: 's',
              hash: 'fauna',
              weights: [
                { variation: 'on', weight: 1 },
                { variation: 'off', weight: 99_999 },
              ],
            },
          },
        },
      ],
      defaultServe: { variation: 'off' },
    };
    const { status, headers, body } = await api.call('PUT', path, configuration, { 'if-match': '"2"' });
    expect([status, headers.get('etag')]).toEqual([200, '"3"']);
    const [given, generated] = configuration.rules;
    expect(body).toEqual({
      ...configuration,
      flag: 'put',
      environment: 'production',
      enabled: true,
      rules: [given, { ...generated, id: expect.stringMatching(/^[0-9a-f]{12}$/) }],
      revision: 3,
      updatedAt: expect.any(String),
    });
    expect(await api.must('GET', path)).toEqual(body);
    const { name: _, ...rule } = body.rules[0];
    expect((await storedRuleset(api.database, productionId)).content.flags.put).toMatchObject({
      enabled: true,
      offVariation: 'on',
      rules: [rule, body.rules[1]],
    });
    expect((await api.must('PUT', path, { ...configuration, enabled: false }, anyRevision)).enabled).toBe(
      false,
    );
  });

  it('PUT accepts what GET gave', async () => {
    const path = `${flags}/put/environments/production`;
    const configuration = await api.must('GET', path);
    expect(await api.must('PUT', path, configuration, { 'if-match': `"${configuration.revision}"` })).toEqual(
      configuration,
    );
  });

  it('PUT wants the revision, and tells the current configuration to whoever is late', async () => {
    const path = `${flags}/put/environments/production`;
    const configuration = await api.must('GET', path);
    expect((await api.call('PUT', path, configuration)).body).toMatchObject({
      status: 428,
      code: 'revision_required',
    });
    const toggled = await api.must('POST', `${path}/toggle`, { enabled: true });
    const late = await api.call('PUT', path, configuration, { 'if-match': `"${configuration.revision}"` });
    expect(late.body).toMatchObject({ status: 412, code: 'stale_revision', current: toggled });
    expect(late.body.detail).toMatch(/^Cannot configure flag "put" in environment "production": it is at/);
  });

  it('toggle changes enabled and nothing else', async () => {
    const path = `${flags}/put/environments/production`;
    const before = await api.must('GET', path);
    const { status, headers, body } = await api.call('POST', `${path}/toggle`, { enabled: false });
    expect([status, headers.get('etag')]).toEqual([200, `"${before.revision + 1}"`]);
    expect(body).toEqual({
      ...before,
      enabled: false,
      revision: before.revision + 1,
      updatedAt: expect.any(String),
    });
    for (const wrong of [{}, { enabled: 'false' }, { enabled: null }, { enabled: false, force: true }]) {
      expect((await api.call('POST', `${path}/toggle`, wrong)).status).toBe(400);
    }
  });

  it('answers 404 whatever part of the path is not there', async () => {
    for (const path of [
      '/projects/none/flags/put/environments/production',
      `${flags}/none/environments/production`,
      `${flags}/put/environments/none`,
    ]) {
      expect((await api.call('GET', path)).body.code).toBe('not_found');
      expect((await api.call('POST', `${path}/toggle`, { enabled: true })).body.code).toBe('not_found');
    }
  });
});
