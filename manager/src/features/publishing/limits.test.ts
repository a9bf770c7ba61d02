import { rulesetLimits } from '@fauna-flags/core';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '../../../test/support/api.ts';
import { storedRuleset } from '../../../test/support/snapshots.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  // Through the database, because the API would compile three environments five thousand times.
  const { flagsPerEnvironment } = rulesetLimits;
  await api.database.read.execute(sql`
    INSERT INTO flags (id, project_id, key, name, search_text, kind, salt, variations, client_visible, tags, lifetime, created_at, updated_at)
    SELECT gen_random_uuid(), p.id, 'flag-' || n, 'Flag', 'flag', 'boolean', 'salt-' || n,
      '[{"key":"on","value":true},{"key":"off","value":false}]', true, '[]', 'temporary', now(), now()
    FROM projects p, generate_series(1, ${flagsPerEnvironment - 1}::int) n`);
  await api.database.read.execute(sql`
    INSERT INTO flag_configurations (flag_id, environment_id, enabled, off_variation, prerequisites, targets, rules, default_serve, updated_at)
    SELECT f.id, e.id, false, 'off', '[]', '[]', '[]', '{"variation":"on"}', now() FROM flags f, environments e`);
});
afterAll(() => api.close());

describe('an environment of 5,000 flags', () => {
  it('holds the last one and refuses one more, made or restored', async () => {
    const flag = (key: string) => ({ key, name: key, kind: 'boolean' });
    expect((await api.call('POST', '/projects/demo/flags', flag('last'))).status).toBe(201);
    const refused = await api.call('POST', '/projects/demo/flags', flag('beyond'));
    expect(refused.body).toMatchObject({
      status: 422,
      code: 'unprocessable',
      detail: expect.stringContaining('5001 flags'),
    });
    await api.must('POST', '/projects/demo/flags/flag-1/archive');
    await api.must('POST', '/projects/demo/flags', flag('instead'));
    expect((await api.call('POST', '/projects/demo/flags/flag-1/restore')).body).toMatchObject({
      status: 422,
    });
    expect((await api.must('GET', '/projects/demo/flags/flag-1')).archived).toBe(true);
  });

  it('is switched far within the time that the database allows', async () => {
    const startMs = performance.now();
    await api.must('POST', '/projects/demo/flags/flag-2/environments/production/toggle', { enabled: true });
    expect(performance.now() - startMs).toBeLessThan(3_000);
    const { id } = await api.must('GET', '/projects/demo/environments/production');
    const { content } = await storedRuleset(api.database, id);
    expect(Object.keys(content.flags).length).toBe(5_000);
    expect(content.flags['flag-2'].enabled).toBe(true);
  });

  it('is of a project that can hold as many archived flags, and refuses one more by saying what makes room', async () => {
    await api.database.read.execute(sql`
      INSERT INTO flags (id, project_id, key, name, search_text, kind, salt, variations, client_visible, tags, lifetime, archived_at, created_at, updated_at)
      SELECT gen_random_uuid(), p.id, 'archived-' || n, 'Flag', 'flag', 'boolean', 'salt-' || n,
        '[{"key":"on","value":true},{"key":"off","value":false}]', true, '[]', 'temporary', now(), now(), now()
      FROM projects p, generate_series(1, 10000 - (SELECT count(*)::int FROM flags)) n`);
    const refused = await api.call('POST', '/projects/demo/flags', { key: 'f', name: 'F', kind: 'boolean' });
    expect(refused.body).toMatchObject({
      status: 422,
      detail:
        'Cannot create flag "f": project "demo" has 10000 flags, archived ones included, and more are not possible: delete some that are archived',
    });
  });
});
