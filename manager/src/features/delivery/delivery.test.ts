import { deliverySchema, formatStoredPosition, type ReceivedHeartbeat } from '@fauna-flags/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heartbeatOf } from '../../../../bearer/src/testing/heartbeat-of.ts';
import { adminToken, createTestApi, createTestApp, type TestApi } from '../../../test/support/api.ts';
import { storedRuleset } from '../../../test/support/snapshots.ts';
import { postgresOutbox } from '../publishing/index.ts';

let api: TestApi;
let environmentId: string;
const heartbeats: ReceivedHeartbeat[] = [];
const path = '/projects/demo/environments/production/delivery';
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  for (const key of ['one', 'two']) {
    await api.must('POST', '/projects/demo/flags', { key, name: key, kind: 'boolean' });
  }
  environmentId = (await api.must('GET', '/projects/demo/environments/production')).id;
});
afterAll(() => api.close());

/** The same database, behind an app that knows of bearers. */
async function read(from = path) {
  const { app, live } = createTestApp(api.database, { heartbeats: async () => heartbeats });
  const response = await app.request(`/api/v1${from}`, {
    headers: { authorization: `Bearer ${adminToken}` },
  });
  live.close();
  return { status: response.status, body: deliverySchema.parse(await response.json()) };
}

describe('GET /projects/{p}/environments/{e}/delivery', () => {
  it('tells which version there is, and that none was delivered yet', async () => {
    const { epoch, version, hash } = await storedRuleset(api.database, environmentId);
    const { status, body } = await read();
    expect([status, body]).toEqual([
      200,
      {
        version: 3,
        position: `${epoch}-${version}-${hash.slice(0, 8)}`,
        deliveredVersion: null,
        bearers: [],
        alarms: [],
      },
    ]);
  });

  it('tells what the store and each bearer have of it', async () => {
    const { epoch, version, hash } = await storedRuleset(api.database, environmentId);
    await postgresOutbox(api.database).markPublished(environmentId, { epoch, version: 2, hash });
    const document = (position: { epoch: number; version: number; hash: string } | null, staleMs = 12) => ({
      documents: {
        [environmentId]: { position: position && formatStoredPosition(position), staleMs },
      },
    });
    const behind = { epoch, version: 1, hash: 'b'.repeat(64) };
    heartbeats.push(
      { heartbeat: heartbeatOf('current', { streams: 7, ...document({ epoch, version, hash }) }), ageMs: 40 },
      { heartbeat: heartbeatOf('behind', { source: 'fallback', ...document(behind) }), ageMs: 2_900.4 },
      { heartbeat: heartbeatOf('apart', document({ ...behind, epoch: epoch + 9, version: 900 })), ageMs: 0 },
      { heartbeat: heartbeatOf('empty', { runtime: 'deno', source: 'none', ...document(null) }), ageMs: 0 },
      { heartbeat: heartbeatOf('elsewhere', { runtime: 'workerd' }), ageMs: 0 },
      {
        heartbeat: heartbeatOf('refusing', {
          documents: {
            [environmentId]: {
              position: formatStoredPosition(behind),
              rejected: formatStoredPosition({ epoch, version, hash }),
              staleMs: 5,
            },
          },
        }),
        ageMs: 0,
      },
    );
    const { body } = await read();
    expect([body.version, body.deliveredVersion]).toEqual([3, 2]);
    expect(body.bearers.map(({ id }) => id)).toEqual([
      'apart',
      'behind',
      'current',
      'elsewhere',
      'empty',
      'refusing',
    ]);
    const byId = Object.fromEntries(body.bearers.map((bearer) => [bearer.id, bearer]));
    expect(byId.current).toEqual({
      id: 'current',
      version: 3,
      position: `${epoch}-3-${hash.slice(0, 8)}`,
      lag: 0,
      ageMs: 40,
      staleMs: 12,
      streams: 7,
      source: 'store',
      runtime: 'node',
      rejected: null,
    });
    expect(byId.behind).toMatchObject({ version: 1, lag: 2, ageMs: 2_900, source: 'fallback' });
    expect(byId.apart).toMatchObject({ version: 900, lag: null });
    expect(byId.empty).toMatchObject({ version: null, position: null, lag: null, source: 'none' });
    expect(byId.elsewhere).toMatchObject({ version: null, staleMs: null, runtime: 'workerd' });
    expect(byId.refusing).toMatchObject({ lag: 2, rejected: `${epoch}-3-${hash.slice(0, 8)}` });
  });

  it('is 404 where there is no such project or environment, and 405 for anything but reading', async () => {
    for (const [project, environment] of [
      ['none', 'production'],
      ['demo', 'none'],
      ['demo', '__proto__'],
    ]) {
      const answer = await api.call('GET', `/projects/${project}/environments/${environment}/delivery`);
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
    expect((await api.call('POST', path, {})).status).toBe(405);
    expect((await api.call('GET', path, undefined, { authorization: 'Bearer wrong' })).status).toBe(401);
  });
});
