import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { statementsOf } from '../../../test/support/statements.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  for (const key of ['a', 'b', 'c', 'd', 'same', 'archived'])
    await api.must('POST', flags, { key, name: `Flag ${key}`, kind: 'boolean' });
});
afterAll(() => api.close());

const flags = '/projects/demo/flags';
const compare = '/projects/demo/compare?from=staging&to=production';
const keysOf = ({ items }: { items: { flag: string }[] }) => items.map(({ flag }) => flag);
const rule = {
  match: { combine: 'all', conditions: [{ attribute: 'key', operator: 'equals', values: ['u'] }] },
  serve: { variation: 'on' },
};

async function edit(flag: string, change: object, environment = 'production') {
  const path = `${flags}/${flag}/environments/${environment}`;
  return api.must('PUT', path, { ...(await api.must('GET', path)), ...change }, anyRevision);
}

describe('GET …/compare', () => {
  it('tells nothing of environments that are the same', async () => {
    expect(await api.must('GET', compare)).toEqual({ items: [] });
    expect(await api.must('GET', '/projects/demo/compare?from=staging&to=staging')).toEqual({ items: [] });
  });

  it('tells each flag that differs, in the order of keys, with what would change', async () => {
    await api.must('POST', `${flags}/b/environments/staging/toggle`, { enabled: true });
    await edit('a', { targets: [{ variation: 'on', keys: ['u'] }], defaultServe: { variation: 'off' } });
    await edit('archived', { offVariation: 'on' });
    await api.must('POST', `${flags}/archived/archive`);
    const { items } = await api.must('GET', compare);
    const time = expect.any(String);
    expect(items).toEqual([
      {
        flag: 'a',
        name: 'Flag a',
        from: { enabled: false, revision: 1, updatedAt: time },
        to: { enabled: false, revision: 2, updatedAt: time },
        changes: [
          { path: 'targets[0]', after: { variation: 'on', keys: ['u'] } },
          { path: 'defaultServe.variation', before: 'on', after: 'off' },
        ],
      },
      {
        flag: 'b',
        name: 'Flag b',
        from: { enabled: true, revision: 2, updatedAt: time },
        to: { enabled: false, revision: 1, updatedAt: time },
        changes: [{ path: 'enabled', before: true, after: false }],
      },
    ]);
  });

  it('finds no difference in the ids of rules, nor in the order of members', async () => {
    const other = { serve: rule.serve, match: { conditions: rule.match.conditions, combine: 'all' } };
    await edit('same', { rules: [{ ...rule, id: 'one' }], defaultServe: { variation: 'on' } });
    await edit('same', { rules: [{ ...other, id: 'another' }] }, 'staging');
    expect(keysOf(await api.must('GET', compare))).not.toContain('same');
    await edit('same', { rules: [{ ...rule, id: 'another', serve: { variation: 'off' } }] }, 'staging');
    const { items } = await api.must('GET', `${compare}&query=same`);
    expect(items.map(({ changes }: { changes: unknown }) => changes)).toEqual([
      [{ path: 'rules[0].serve.variation', before: 'off', after: 'on' }],
    ]);
    await api.must('POST', `${flags}/same/environments/staging/copy`, { from: 'production' });
    expect(keysOf(await api.must('GET', compare))).not.toContain('same');
  });

  it('is paged and searched as lists are', async () => {
    await edit('c', { offVariation: 'on' });
    await edit('d', { offVariation: 'on' });
    const first = await api.must('GET', `${compare}&limit=3`);
    expect(keysOf(first)).toEqual(['a', 'b', 'c']);
    const rest = await api.must('GET', `${compare}&limit=3&cursor=${first.nextCursor}`);
    expect([keysOf(rest), rest.nextCursor]).toEqual([['d'], undefined]);
    expect(keysOf(await api.must('GET', `${compare}&query=FLAG%20C`))).toEqual(['c']);
  });

  it('says which environment is missing', async () => {
    expect((await api.call('GET', '/projects/demo/compare?from=staging')).body).toMatchObject({
      status: 400,
      errors: [{ path: 'to', message: 'is required' }],
    });
    expect((await api.call('GET', '/projects/demo/compare?from=staging&to=nowhere')).body).toMatchObject({
      status: 404,
      detail: 'Cannot find environment "nowhere" in project "demo"',
    });
    expect((await api.call('GET', '/projects/none/compare?from=a&to=b')).body.detail).toBe(
      'Cannot find project "none"',
    );
  });

  it('asks the database as often for two hundred flags as for one', async () => {
    await api.database.read.execute(sql`
      INSERT INTO flags (id, project_id, key, name, search_text, kind, salt, variations, client_visible, tags, lifetime, created_at, updated_at)
      SELECT gen_random_uuid(), p.id, 'many-' || n, 'Many', 'many', 'boolean', 's' || n,
        '[{"key":"on","value":true},{"key":"off","value":false}]', true, '[]', 'temporary', now(), now()
      FROM projects p, generate_series(1, 250) n`);
    await api.database.read.execute(sql`
      INSERT INTO flag_configurations (flag_id, environment_id, enabled, off_variation, prerequisites, targets, rules, default_serve, updated_at)
      SELECT f.id, e.id, e.key = 'production', 'off', '[]', '[]', '[]', '{"variation":"on"}', now()
      FROM flags f, environments e WHERE f.key LIKE 'many-%'`);
    const asked = async (limit: number) => {
      const { result, statements } = await statementsOf(() =>
        api.must('GET', `${compare}&query=many&limit=${limit}`),
      );
      expect(result.items.length).toBe(limit);
      return statements.length;
    };
    expect(await asked(200)).toBe(await asked(1));
  });
});
