import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { flagConfigurations, flags, usageHours } from '../../platform/database/index.ts';

let api: TestApi;
const all = '/projects/demo/flags';
const old = sql`now() - interval '31 days'`;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  for (const key of ['off', 'on', 'rolled', 'lasting', 'touched', 'gone', 'needed', 'needs'])
    await api.must('POST', all, {
      ...{ key, name: key, kind: 'boolean' },
      lifetime: key === 'lasting' || key === 'needs' ? 'permanent' : 'temporary',
    });
  await api.must('POST', `${all}/on/environments/production/toggle`, { enabled: true });
  const rollout = {
    weights: [
      { variation: 'on', weight: 50_000 },
      { variation: 'off', weight: 50_000 },
    ],
  };
  await api.must(
    'PUT',
    `${all}/rolled/environments/production`,
    {
      ...{ enabled: true, offVariation: 'off', prerequisites: [], targets: [], rules: [] },
      defaultServe: { rollout },
    },
    anyRevision,
  );
  await api.must(
    'PUT',
    `${all}/needs/environments/production`,
    {
      ...{ enabled: true, offVariation: 'off', targets: [], rules: [], defaultServe: { variation: 'on' } },
      prerequisites: [{ flag: 'needed', variation: 'on' }],
    },
    anyRevision,
  );
  await api.must('POST', `${all}/gone/archive`);
  await api.database.read.update(flags).set({ createdAt: old, updatedAt: old });
  await api.database.read.update(flagConfigurations).set({ updatedAt: old });
  await api.must('POST', `${all}/touched/environments/staging/toggle`, { enabled: true });
  await api.must('POST', all, { key: 'young', name: 'Young', kind: 'boolean', lifetime: 'temporary' });
});
afterAll(() => api.close());

async function reasons(query = '') {
  const { items } = await api.must('GET', `${all}${query}`);
  return Object.fromEntries(
    items.map(({ key, stale }: { key: string; stale: { reason: string } | null }) => [
      key,
      stale?.reason ?? null,
    ]),
  );
}

describe('stale flags', () => {
  it('are temporary ones that have served one variation to everybody, untouched, for 30 days', async () => {
    expect(await reasons()).toEqual({
      ...{ gone: null, lasting: null, off: 'serves_one', on: 'serves_one' },
      ...{ rolled: null, touched: null, young: null, needed: null, needs: null },
    });
  });

  it('are not those whose values were changed since', async () => {
    const asItWas = await api.must('GET', `${all}/off`);
    await api.must('PATCH', `${all}/off`, { description: 'Another one' }, anyRevision);
    expect((await reasons()).off).toBe(null);
    await api.database.read.update(flags).set({ updatedAt: old }).where(eq(flags.id, asItWas.id));
    expect((await reasons()).off).toBe('serves_one');
  });

  it('are those that nobody asks for, too, where applications tell what they ask for', async () => {
    const [row] = await api.database.read.select().from(flagConfigurations).limit(1);
    const idOf = async (key: string) => (await api.must('GET', `${all}/${key}`)).id as string;
    const told = async (key: string, hour: Date) =>
      api.database.read.insert(usageHours).values({
        ...{ flagId: await idOf(key), environmentId: row?.environmentId ?? '', hour },
        ...{ variation: 'on', count: 1 },
      });
    await told('touched', new Date());
    await told('rolled', new Date(Date.now() - 31 * 86_400_000));
    expect(await reasons()).toMatchObject({ rolled: 'not_evaluated', touched: null, lasting: null });
    await told('rolled', new Date());
    expect(await reasons()).toMatchObject({ rolled: null });
  });

  it('can be listed alone, or left out', async () => {
    expect(Object.keys(await reasons('?stale=true'))).toEqual(['off', 'on']);
    expect(Object.keys(await reasons('?stale=false&archived=false'))).not.toContain('off');
    expect((await api.call('GET', `${all}?stale=perhaps`)).status).toBe(400);
  });
});
