import { shareOf, targetingOf } from '@fauna-flags/protocol';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { statementsOf } from '../../../test/support/statements.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
});
afterAll(() => api.close());

const flags = '/projects/demo/flags';

describe('GET …/flags', () => {
  it('sums every configuration up as whoever reads all of it does', async () => {
    const paid = { attribute: 'key', operator: 'in', values: ['paid'] };
    const match = (...conditions: unknown[]) => ({ combine: 'all', conditions });
    await api.must('POST', '/projects/demo/audiences', { key: 'beta', name: 'Beta', match: match(paid) });
    await api.must('POST', flags, { key: 'other', name: 'Other', kind: 'boolean' });
    await api.must('POST', flags, { key: 'summed', name: 'Summed', kind: 'boolean' });
    const [on, off] = [{ variation: 'on' }, { variation: 'off' }];
    const share = {
      rollout: {
        weights: [
          { variation: 'on', weight: 25_000 },
          { variation: 'off', weight: 75_000 },
        ],
      },
    };
    const beta = { audiences: ['beta'] };
    const of = (...conditions: unknown[]) => ({ match: match(...conditions), serve: on });
    const changes: object[] = [
      {},
      { defaultServe: off },
      { defaultServe: share },
      { defaultServe: share, targets: [{ variation: 'on', keys: ['u'] }] },
      { prerequisites: [{ flag: 'other', variation: 'on' }] },
      ...[of(beta), of(paid), of({ ...beta, negate: true }), of(beta, beta), of(match(beta))].flatMap(
        (rule) => [
          { rules: [rule], defaultServe: off },
          { rules: [rule], defaultServe: share },
          { rules: [rule, rule] },
          { rules: [rule], prerequisites: [{ flag: 'other', variation: 'on' }] },
        ],
      ),
    ];
    const path = `${flags}/summed/environments/production`;
    const start = await api.must('GET', path);
    const seen = new Set<string>();
    for (const change of changes) {
      const configuration = await api.must('PUT', path, { ...start, ...change }, anyRevision);
      const { items } = await api.must('GET', `${flags}?query=summed`);
      const expected = { targeting: targetingOf(configuration), share: shareOf(configuration) };
      expect(items[0].environments.production).toMatchObject(expected);
      seen.add(expected.targeting);
    }
    expect(seen).toEqual(new Set(['everyone', 'nobody', 'audiences', 'rules']));
  });

  it('asks the database four times, whether for one flag or for two hundred', async () => {
    await api.database.read.execute(sql`
      INSERT INTO flags (id, project_id, key, name, search_text, kind, salt, variations, client_visible, tags, lifetime, created_at, updated_at)
      SELECT gen_random_uuid(), p.id, 'many-' || n, 'Many', 'many', 'boolean', 's' || n,
        '[{"key":"on","value":true},{"key":"off","value":false}]', true, '[]', 'temporary', now(), now()
      FROM projects p, generate_series(1, 250) n`);
    await api.database.read.execute(sql`
      INSERT INTO flag_configurations (flag_id, environment_id, enabled, off_variation, prerequisites, targets, rules, default_serve, updated_at)
      SELECT f.id, e.id, false, 'off', '[]', '[]', '[]', '{"variation":"on"}', now()
      FROM flags f, environments e WHERE f.key LIKE 'many-%'`);
    for (const limit of [1, 50, 200]) {
      const { result, statements } = await statementsOf(() =>
        api.must('GET', `${flags}?query=many&limit=${limit}`),
      );
      expect([result.items.length, statements.length]).toEqual([limit, 4]);
    }
  });

  it('comes in the order of keys by an index', async () => {
    const explained = await api.asOwner(`
      SET enable_seqscan = off; SET enable_bitmapscan = off;
      EXPLAIN SELECT * FROM flags WHERE project_id = '00000000-0000-0000-0000-000000000000' AND key COLLATE "C" > 'm'
        ORDER BY key COLLATE "C" LIMIT 51`);
    const [, , { rows }] = explained as [unknown, unknown, { rows: { 'QUERY PLAN': string }[] }];
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Index Scan using flags_key_order/);
    expect(plan).not.toMatch(/Sort/);
  });
});
