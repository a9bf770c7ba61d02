import { canonicalJson } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, createTestApp, type TestApi } from '../../../test/support/api.ts';
import { storedRuleset } from '../../../test/support/snapshots.ts';
import { environments, flagConfigurations, snapshots } from '../../platform/database/index.ts';
import { KnownRulesets } from './known-rulesets.ts';
import { loadRuleset } from './load-ruleset.ts';
import { hashOf } from './publish-environment.ts';
import type { EnvironmentRow } from './unit.ts';

let api: TestApi;
let production = '';
const flagOf = (key: string) => `/projects/shop/flags/${key}/environments/production`;
const toggle = (key: string, enabled: boolean) => api.must('POST', `${flagOf(key)}/toggle`, { enabled });

beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'shop', name: 'Shop' });
  for (const key of ['a', 'b', 'c', 'constructor'])
    await api.must('POST', '/projects/shop/flags', { key, name: key, kind: 'boolean', salt: key });
  const { items } = await api.must('GET', '/projects/shop/environments');
  production = items.find(({ key }: { key: string }) => key === 'production').id;
});
afterAll(() => api.close());

/** What is stored must be what a manager that knows nothing makes of the tables. */
async function expectStoredIsLoaded() {
  const [row] = await api.database.read.select().from(environments).where(eq(environments.id, production));
  if (row === undefined) throw new Error('The environment is gone');
  const stored = await storedRuleset(api.database, production);
  expect(stored.text).toBe(canonicalJson(await loadRuleset(api.database.read, row)));
  return stored.content;
}

describe('a manager that knows what it committed', () => {
  it('stores exactly what the tables say, whatever is changed in which order', async () => {
    const steps: (() => Promise<unknown>)[] = [
      () => toggle('a', true),
      () => toggle('constructor', true),
      () =>
        api.must(
          'PUT',
          flagOf('b'),
          {
            enabled: true,
            offVariation: 'off',
            prerequisites: [{ flag: 'a', variation: 'on' }],
            targets: [],
            rules: [],
            defaultServe: { variation: 'on' },
          },
          anyRevision,
        ),
      () => toggle('a', false),
      () => api.must('PATCH', '/projects/shop/flags/c', { clientVisible: false }, anyRevision),
      () => toggle('c', true),
      () => api.must('POST', '/projects/shop/attributes', { key: 'plan', type: 'string' }),
      () => toggle('c', false),
      () => toggle('constructor', false),
      () => api.must('POST', '/projects/shop/flags/constructor/archive', undefined, anyRevision),
      () => toggle('constructor', true),
      () => toggle('a', true),
      () => api.must('POST', '/projects/shop/flags/constructor/restore', undefined, anyRevision),
      () => toggle('a', false),
    ];
    for (const step of steps) {
      await step();
      await expectStoredIsLoaded();
    }
  });

  it('commits many changes at once that come at once, each a version and an entry of its own', async () => {
    for (const key of ['a', 'b', 'c', 'constructor']) await toggle(key, false);
    const { version } = (await expectStoredIsLoaded()) as { version: number };
    const { revision } = await api.must('GET', flagOf('a'));
    const call = (key: string, enabled: boolean) => api.call('POST', `${flagOf(key)}/toggle`, { enabled });
    const answers = await Promise.all([
      call('a', true),
      call('b', true),
      call('nothing', true),
      call('a', false),
      call('c', true),
      api.call('PUT', flagOf('b'), { ...(await api.must('GET', flagOf('b'))) }, { 'if-match': '"1"' }),
      call('constructor', true),
      call('constructor', true),
      call('a', true),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 200, 200, 412, 200, 200, 200]);
    expect(await expectStoredIsLoaded()).toMatchObject({
      version: version + 6,
      flags: {
        a: { enabled: true },
        b: { enabled: true },
        c: { enabled: true },
        constructor: { enabled: true },
      },
    });
    expect(await api.must('GET', flagOf('a'))).toMatchObject({ enabled: true, revision: revision + 3 });
    const { items } = await api.must('GET', '/projects/shop/audit?limit=6');
    expect(items.map(({ action }: { action: string }) => action)).toEqual(
      Array(6).fill('configuration.toggle'),
    );
    const ofA = items.filter(({ entity }: { entity: { key: string } }) => entity.key === 'a');
    expect(ofA.map(({ after }: { after: { revision: number } }) => after.revision)).toEqual([
      revision + 3,
      revision + 2,
      revision + 1,
    ]);
  });

  it('lets no two changes through side by side that would make a cycle together', async () => {
    const configured = async (key: string, needs: string) => ({
      ...(await api.must('GET', flagOf(key))),
      enabled: false,
      prerequisites: [{ flag: needs, variation: 'on' }],
    });
    const [a, b] = [await configured('a', 'b'), await configured('b', 'a')];
    const answers = await Promise.all([
      api.call('POST', `${flagOf('c')}/toggle`, { enabled: true }),
      api.call('PUT', flagOf('a'), a, anyRevision),
      api.call('PUT', flagOf('b'), b, anyRevision),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 422]);
    await expectStoredIsLoaded();
    for (const [key, body] of Object.entries({ a, b }))
      await api.must('PUT', flagOf(key), { ...body, prerequisites: [] }, anyRevision);
  });

  it('raises no version for what changes nothing', async () => {
    await toggle('a', true);
    const { version } = (await expectStoredIsLoaded()) as { version: number };
    await toggle('a', true);
    expect(await expectStoredIsLoaded()).toMatchObject({ version });
  });

  it('notices what another manager has committed meanwhile', async () => {
    await toggle('a', true);
    const other = createTestApp(api.database);
    const response = await other.app.request(`/api/v1${flagOf('b')}/toggle`, {
      method: 'POST',
      headers: { authorization: 'Bearer test-admin-token', 'content-type': 'application/json' },
      body: '{"enabled":false}',
    });
    expect(response.status).toBe(200);
    await toggle('a', false);
    expect(await expectStoredIsLoaded()).toMatchObject({
      flags: { a: { enabled: false }, b: { enabled: false } },
    });
  });

  it('believes nothing of a database that has lost its commits and reached the same version again', async () => {
    await toggle('a', true);
    await toggle('b', true);
    const { version } = (await storedRuleset(api.database, production)).content as { version: number };
    // As after a restore: another history has led to the version that this manager remembers.
    await api.database.read
      .update(flagConfigurations)
      .set({ enabled: false })
      .where(eq(flagConfigurations.environmentId, production));
    const [row] = await api.database.read.select().from(environments).where(eq(environments.id, production));
    const payload = Buffer.from(canonicalJson(await loadRuleset(api.database.read, row as EnvironmentRow)));
    await api.database.read
      .update(snapshots)
      .set({ payload, hash: hashOf(payload) })
      .where(eq(snapshots.documentId, production));
    await toggle('a', true);
    expect(await expectStoredIsLoaded()).toMatchObject({
      version: version + 1,
      flags: { a: { enabled: true }, b: { enabled: false } },
    });
  });
});

describe('KnownRulesets', () => {
  it('forgets what was not kept for longest once it holds 16 MB', () => {
    const known = new KnownRulesets();
    const rulesetOf = (id: string) => ({
      environmentId: id,
      epoch: 1,
      version: 1,
      hash: 'h',
      bytes: 5 * 1024 * 1024,
      ruleset: { schema: 1, environment: id, version: 1, flags: {}, audiences: {}, attributes: {} } as const,
    });
    for (const id of ['a', 'b', 'c', 'a', 'd']) known.keep(rulesetOf(id));
    const isKnown = (id: string) => known.find({ id, epoch: 1, version: 1 } as EnvironmentRow) !== undefined;
    expect(['a', 'b', 'c', 'd'].map(isKnown)).toEqual([true, false, true, true]);
  });
});
