import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, createPool, workAsAppRole } from '../src/platform/database/index.ts';
import { adminToken, anyRevision, createTestApi, createTestApp, type TestApi } from './support/api.ts';
import { storedRuleset } from './support/snapshots.ts';

/* Two managers are two apps over two pools of one database: they share nothing else. */

let api: TestApi;
let pool: ReturnType<typeof createPool>;
let other: ReturnType<typeof createTestApp>;
beforeAll(async () => {
  api = await createTestApi();
  pool = createPool({ url: api.url });
  workAsAppRole(pool);
  other = createTestApp(createDatabase(pool));
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  for (const key of ['a', 'b', 'c'])
    await api.must('POST', flags, { key, name: key, kind: 'boolean', salt: key });
});
afterAll(async () => {
  other.live.close();
  await pool.end();
  await api.close();
});

const flags = '/projects/demo/flags';
const production = '/projects/demo/environments/production';

/** Asks the other manager. */
async function askOther(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await other.app.request(`/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

const managers = [(...args: Parameters<TestApi['call']>) => api.call(...args), askOther];

describe('F33 two managers that write the same environment at once', () => {
  it('make one version after the other, without a gap and without losing a change', async () => {
    const before = (await api.must('GET', production)).version;
    const answers = await Promise.all(
      Array.from({ length: 48 }, async (_, turn) => {
        const ask = managers[turn % 2] ?? askOther;
        const path = `${flags}/${['a', 'b', 'c'][turn % 3]}/environments/production`;
        if (turn % 4 === 0) return ask('POST', `${path}/restore`, { revision: 1, includeEnabled: true });
        if (turn % 4 === 1) return ask('POST', `${path}/copy`, { from: 'staging' });
        if (turn % 4 === 2) return ask('POST', `${path}/toggle`, { enabled: turn % 8 === 2 });
        const targets = [{ variation: 'on', keys: [`u${turn}`] }];
        const input = { offVariation: 'off', prerequisites: [], targets, rules: [] };
        return ask('PUT', path, { ...input, defaultServe: { variation: 'on' } }, anyRevision);
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const { rows } = await api.database.read.execute<{ changes: number; chained: number }>(sql`
      SELECT count(*) FILTER (WHERE action LIKE 'configuration.%')::int AS changes,
        (max(seq) - count(*))::int AS chained
      FROM audit_entries WHERE project_id IS NOT NULL`);
    const { id, version } = await api.must('GET', production);
    expect(rows).toEqual([{ changes: version - before, chained: 0 }]);
    const stored = await storedRuleset(api.database, id);
    expect(stored.version).toBe(version);
    for (const key of ['a', 'b', 'c']) {
      const path = `${flags}/${key}/environments/production`;
      const mine = await api.must('GET', path);
      const { enabled, targets } = mine;
      expect((await askOther('GET', path)).body).toEqual(mine);
      expect(stored.content.flags[key]).toMatchObject({ enabled, targets });
      const { items } = await api.must('GET', `${path}/history?limit=200`);
      const revisions = items.map(({ revision }: { revision: number }) => revision);
      expect(revisions).toEqual(Array.from({ length: mine.revision }, (_, place) => mine.revision - place));
    }
    expect([...api.logged, ...other.logged]).toEqual([]);
  });

  it('tell whoever has seen an older revision the current one, whichever wrote it', async () => {
    const path = `${flags}/a/environments/production`;
    const seen = await api.must('GET', path);
    const edit = (user: string) => ({ ...seen, targets: [{ variation: 'on', keys: [user] }] });
    const ifSeen = { 'if-match': `"${seen.revision}"` };
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, turn) =>
        (managers[turn % 2] ?? askOther)('PUT', path, edit(`user-${turn}`), ifSeen),
      ),
    );
    const [winner, ...more] = answers.filter(({ status }) => status === 200);
    expect(more).toEqual([]);
    for (const { status, body } of answers) {
      if (status !== 200) expect([status, body.current]).toEqual([412, winner?.body]);
    }
  });

  it('do once what carries one Idempotency-Key, whichever is asked', async () => {
    const path = `${flags}/b/environments/production`;
    await api.must('POST', `${path}/toggle`, { enabled: false });
    const { revision } = await api.must('GET', path);
    const once = { 'idempotency-key': 'two-managers' };
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, turn) =>
        (managers[turn % 2] ?? askOther)('POST', `${path}/toggle`, { enabled: true }, once),
      ),
    );
    for (const { status, body } of answers)
      expect([status, body]).toEqual([200, { ...answers[0]?.body, revision: revision + 1 }]);
  });
});

describe('If-Match', () => {
  it('is wanted by everything that replaces, changes or deletes, and says what is there to who is late', async () => {
    await api.must('POST', '/projects/demo/attributes', { key: 'plan', type: 'string' });
    const match = { combine: 'all', conditions: [{ attribute: 'plan', operator: 'exists', values: [] }] };
    await api.must('POST', '/projects/demo/audiences', { key: 'beta', name: 'Beta', match });
    const key = await api.must('POST', `${production}/sdk-keys`, { name: 'K', kind: 'client' });
    const configuration = `${flags}/a/environments/production`;
    const asked: [method: string, path: string, body?: object][] = [
      ['PATCH', '/projects/demo', { name: 'N' }],
      ['DELETE', '/projects/demo'],
      ['PATCH', production, { name: 'N' }],
      ['DELETE', production],
      ['PATCH', '/projects/demo/attributes/plan', { name: 'N' }],
      ['DELETE', '/projects/demo/attributes/plan'],
      ['PATCH', '/projects/demo/audiences/beta', { name: 'N' }],
      ['DELETE', '/projects/demo/audiences/beta'],
      ['PATCH', `${flags}/a`, { name: 'N' }],
      ['DELETE', `${flags}/a`],
      ['PUT', configuration, await api.must('GET', configuration)],
      ['DELETE', `${production}/sdk-keys/${key.id}`],
    ];
    for (const [method, path, body] of asked) {
      expect([path, (await api.call(method, path, body)).body.code]).toEqual([path, 'revision_required']);
      const late = await api.call(method, path, body, { 'if-match': '"0"' });
      expect([path, late.status, late.body.code]).toEqual([path, 412, 'stale_revision']);
      // Of a key, reading it tells besides how it is used, which no revision is of.
      const { lastUsedAt, requests, browserUseAt, ...now } = await api.must('GET', path);
      expect([lastUsedAt, requests, browserUseAt].every((use) => !use)).toBe(true);
      expect(late.body.current).toEqual(now);
    }
  });
});
