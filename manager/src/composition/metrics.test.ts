import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminToken, createTestApp } from '../../test/support/api.ts';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { createManagerMetrics, type ManagerMetrics } from './metrics.ts';

let test: TestDatabase;
let metrics: ManagerMetrics;
let app: ReturnType<typeof createTestApp>['app'];
let pending: readonly string[] = [];
let isAway = false;
let nowMs = 0;
beforeAll(async () => {
  test = await createTestDatabase();
  metrics = createManagerMetrics();
  ({ app } = createTestApp(test.database, { onAnswered: (answered) => metrics.answered(answered) }));
  metrics.watch({
    database: test.database,
    isStoreUp: () => false,
    pending: async () => {
      if (isAway) throw new Error('away');
      return pending;
    },
    liveStreams: () => 3,
    bearerStreams: () => 2,
    alarms: (kind) => (kind === 'rejected' ? { now: 1, started: 4 } : { now: 0, started: 0 }),
    steady: () => nowMs,
  });
});
afterAll(() => test.close());

const ask = (method: string, path: string, body?: object) =>
  app.request(path, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const text = () => metrics.registry.metrics();

describe('the metrics of a manager', () => {
  it('count requests by the template of their route, and time them', async () => {
    await ask('POST', '/api/v1/projects', { key: 'a-secret-name', name: 'Secret' });
    for (const project of ['a-secret-name', 'another-secret', '__proto__'])
      await ask('GET', `/api/v1/projects/${project}/flags?query=secret`);
    await ask('POST', '/api/v1/session', { email: 'secret@example.com', password: 'wrong-password-1' });
    const lines = (await text()).split('\n');
    expect(lines).toContain('fauna_manager_requests_total{route="/projects",method="POST",status="201"} 1');
    const flags = '{route="/projects/:project/flags",method="GET",status=';
    expect(lines).toContain(`fauna_manager_requests_total${flags}"200"} 1`);
    expect(lines).toContain(`fauna_manager_requests_total${flags}"404"} 2`);
    expect(lines).toContain(
      'fauna_manager_request_seconds_count{route="/projects/:project/flags",method="GET"} 3',
    );
    expect(lines).toContain('fauna_manager_sign_in_refusals_total{reason="credentials"} 1');
    expect(lines.filter((line) => line.includes('secret'))).toEqual([]);
  });

  it('S-21 get no series from whatever is asked for', async () => {
    const before = (await text()).split('\n').length;
    await fc.assert(
      fc.asyncProperty(
        fc.webPath(),
        fc.constantFrom('GET', 'POST', 'BREW', 'PROPFIND'),
        async (path, method) => {
          await ask(method, `/api/v1/nowhere${path}`);
        },
      ),
      { numRuns: 50 },
    );
    // A few of `other`, each by the buckets of its histogram.
    expect((await text()).split('\n').length - before).toBeLessThan(60);
  });

  it('tell of the database, the store, the publisher, streams, alarms and the process', async () => {
    pending = ['a', 'b'];
    await text();
    nowMs += 4_000;
    pending = ['b'];
    metrics.committed(2);
    metrics.usage({ kept: 3, repeated: 1, refused: 0, evaluations: 40, unknown: 2, inBrowsers: [] });
    const lines = (await text()).split('\n');
    for (const line of [
      'fauna_manager_database_up 1',
      'fauna_manager_store_up 0',
      'fauna_manager_unpublished_documents 1',
      'fauna_manager_publish_lag_seconds 4',
      'fauna_manager_commits_total 2',
      'fauna_manager_live_streams 3',
      'fauna_manager_bearer_streams 2',
      'fauna_manager_alarms{kind="rejected"} 1',
      'fauna_manager_alarms_started{kind="rejected"} 4',
      'fauna_manager_usage_records_total{outcome="kept"} 3',
      'fauna_manager_usage_evaluations_total{of="flags"} 40',
    ])
      expect(lines).toContain(line);
    expect(lines.some((line) => line.startsWith('fauna_manager_database_connections{state="idle"}'))).toBe(
      true,
    );
    expect(lines.some((line) => line.startsWith('process_cpu_seconds_total '))).toBe(true);
    isAway = true;
    expect((await text()).split('\n')).toContain('fauna_manager_database_up 0');
    isAway = false;
  });

  it('S-42 are shown to whoever has the token, and do not exist without one', async () => {
    const token = 'a-token-of-scrapers-that-is-long-enough';
    const shown = metrics.serve({ token, text });
    const scrape = (authorization?: string) =>
      shown(
        new Request('http://fauna/metrics', {
          headers: authorization === undefined ? {} : { authorization },
        }),
        {},
      );
    expect((await scrape(`Bearer ${token}`)).status).toBe(200);
    for (const wrong of [undefined, 'Bearer wrong', `Bearer ${adminToken}`])
      expect((await scrape(wrong)).status).toBe(401);
    const hidden = metrics.serve({ token: undefined, text });
    expect((await hidden(new Request('http://fauna/metrics'), {})).status).toBe(404);
  });
});
