import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { storedRuleset } from '../../../test/support/snapshots.ts';
import { bumpEpoch } from '../publishing/index.ts';

let api: TestApi;
let clock = new Date('2030-01-01T00:00:00.000Z');
let productionId: string;
beforeAll(async () => {
  api = await createTestApi(() => clock);
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  await api.must('POST', '/projects/demo/attributes', { key: 'plan', type: 'string' });
  await api.must('POST', '/projects/demo/audiences', { key: 'beta', name: 'Beta', match: isPaying });
  productionId = (await api.must('GET', '/projects/demo/environments/production')).id;
});
afterAll(() => api.close());

const flags = '/projects/demo/flags';
const isPaying = {
  combine: 'all',
  conditions: [{ attribute: 'plan', operator: 'equals', values: ['paid'] }],
};
const rule = { id: 'r', match: isPaying, serve: { variation: 'on' } };

/** A flag of the test's own. */
async function make(more: object = {}) {
  const key = `f-${randomUUID().slice(0, 8)}`;
  await api.must('POST', flags, { key, name: key, kind: 'boolean', ...more });
  const production = `${flags}/${key}/environments/production`;
  const edit = async (change: object, path = production) =>
    api.must('PUT', path, { ...(await api.must('GET', path)), ...change }, anyRevision);
  const toggle = (enabled: boolean, path = production) => api.must('POST', `${path}/toggle`, { enabled });
  return {
    key,
    flag: `${flags}/${key}`,
    production,
    staging: `${flags}/${key}/environments/staging`,
    edit,
    toggle,
  };
}

const revisionsOf = ({ items }: { items: { revision: number }[] }) => items.map(({ revision }) => revision);

describe('GET …/history', () => {
  it('tells every revision once, the newest first, with who made it and what it changed', async () => {
    const { production, edit, toggle } = await make();
    clock = new Date('2030-01-02T00:00:00.000Z');
    const second = await edit({ rules: [rule] });
    clock = new Date('2030-01-03T00:00:00.000Z');
    const third = await toggle(true);
    const { items, nextCursor } = await api.must('GET', `${production}/history`);
    const by = { actor: 'admin-token', address: '', token: null };
    expect(nextCursor).toBeUndefined();
    expect(items).toEqual([
      {
        ...by,
        revision: 3,
        at: '2030-01-03T00:00:00.000Z',
        action: 'configuration.toggle',
        configuration: third,
        changes: [{ path: 'enabled', before: false, after: true }],
      },
      {
        ...by,
        revision: 2,
        at: '2030-01-02T00:00:00.000Z',
        action: 'configuration.update',
        configuration: second,
        changes: [{ path: 'rules[0]', after: rule }],
      },
      {
        ...by,
        revision: 1,
        at: '2030-01-01T00:00:00.000Z',
        action: 'flag.create',
        configuration: { ...second, rules: [], revision: 1, updatedAt: '2030-01-01T00:00:00.000Z' },
        changes: [],
      },
    ]);
  });

  it('tells of a flag that nobody has changed, and of another environment nothing', async () => {
    const { production, staging, toggle } = await make();
    expect(revisionsOf(await api.must('GET', `${production}/history`))).toEqual([1]);
    await toggle(true, staging);
    const { items } = await api.must('GET', `${production}/history`);
    expect(items).toEqual([
      expect.objectContaining({ action: 'flag.create', configuration: await api.must('GET', production) }),
    ]);
    expect(revisionsOf(await api.must('GET', `${staging}/history`))).toEqual([2, 1]);
  });

  it('has every revision on one page, whatever the size of the pages', async () => {
    const { production, toggle } = await make();
    for (let turn = 0; turn < 6; turn += 1) await toggle(turn % 2 === 0);
    for (const limit of [1, 2, 3, 6, 7, 8]) {
      const seen: number[] = [];
      let cursor = '';
      do {
        const page = await api.must('GET', `${production}/history?limit=${limit}${cursor}`);
        expect(page.items.length).toBeGreaterThan(0);
        expect(page.items.length).toBeLessThanOrEqual(limit);
        seen.push(...revisionsOf(page));
        cursor = page.nextCursor === undefined ? '' : `&cursor=${page.nextCursor}`;
      } while (cursor !== '');
      expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1]);
    }
    expect((await api.call('GET', `${production}/history?cursor=eA`)).status).toBe(400);
  });

  it('ends a page before a megabyte of configurations, with one revision at least, and tells everything once', async () => {
    const { production, edit, toggle } = await make();
    const keysOf = (count: number) => Array.from({ length: count }, (_, at) => `user-${at}`.padEnd(120, 'x'));
    const sizes = async (limit: number) => {
      const pages: number[][] = [];
      for (let cursor: string | undefined = ''; cursor !== undefined; ) {
        const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const page = await api.must('GET', `${production}/history?limit=${limit}${query}`);
        pages.push(revisionsOf(page));
        cursor = page.nextCursor;
      }
      return pages;
    };
    await edit({ targets: [{ variation: 'on', keys: keysOf(7_000) }] });
    // The second alone is light enough for the first one, which it tells of, to come along.
    expect(await sizes(200)).toEqual([[2, 1]]);
    await toggle(true);
    await toggle(false);
    // From here on each tells of 1.7 MB, before and after.
    expect(await sizes(200)).toEqual([[4], [3], [2, 1]]);
    expect(await sizes(1)).toEqual([[4], [3], [2], [1]]);
    const { items } = await api.must('GET', `${production}/history?limit=200`);
    expect(items[0].changes).toEqual([{ path: 'enabled', before: true, after: false }]);
  });

  it('begins with the flag that has the key now, even where the clock went backwards', async () => {
    clock = new Date('2030-06-01T00:00:00.000Z');
    const { key, flag, production, toggle } = await make();
    await toggle(true);
    await toggle(false);
    await api.must('POST', `${flag}/archive`);
    await api.must('DELETE', flag, undefined, anyRevision);
    clock = new Date('2030-05-01T00:00:00.000Z');
    await api.must('POST', flags, { key, name: 'Again', kind: 'boolean' });
    expect(revisionsOf(await api.must('GET', `${production}/history`))).toEqual([1]);
    await toggle(true);
    const { items } = await api.must('GET', `${production}/history`);
    expect(items.map(({ at, action }: { at: string; action: string }) => [at, action])).toEqual([
      ['2030-05-01T00:00:00.000Z', 'configuration.toggle'],
      ['2030-05-01T00:00:00.000Z', 'flag.create'],
    ]);
    expect((await api.call('GET', `${production}/history/3`)).status).toBe(404);
  });

  it('keeps every revision when the environment is moved to another epoch', async () => {
    const { production, toggle } = await make();
    await toggle(true);
    const { database } = api;
    const actor = { name: 'command-line', address: '' };
    await bumpEpoch({ database, now: () => clock }, { project: 'demo', environment: 'production', actor });
    await toggle(false);
    expect(revisionsOf(await api.must('GET', `${production}/history`))).toEqual([3, 2, 1]);
    expect((await api.must('GET', `${production}/history/2`)).configuration.enabled).toBe(true);
  });

  it('begins with the environment that has the key now, and is its own in another project', async () => {
    const { key, flag, toggle } = await make();
    const environment = { key: 'preview', name: 'Preview' };
    await api.must('POST', '/projects/demo/environments', environment);
    const preview = `${flag}/environments/preview`;
    await toggle(true, preview);
    await toggle(false, preview);
    await api.must('DELETE', '/projects/demo/environments/preview', undefined, anyRevision);
    await api.must('POST', '/projects/demo/environments', environment);
    const { items } = await api.must('GET', `${preview}/history`);
    expect(items.map(({ action }: { action: string }) => action)).toEqual(['environment.create']);

    await api.must('POST', '/projects', { key: 'other', name: 'Other' });
    await api.must('POST', '/projects/other/flags', { key, name: 'Other', kind: 'boolean' });
    const other = `/projects/other/flags/${key}/environments/production`;
    await toggle(true, other);
    expect(revisionsOf(await api.must('GET', `${other}/history`))).toEqual([2, 1]);
    expect(revisionsOf(await api.must('GET', `${flag}/environments/production/history`))).toEqual([1]);
  });

  it('is found by an index, however much else the audit trail tells of', async () => {
    const { production, toggle, key } = await make();
    for (let turn = 0; turn < 3; turn += 1) await toggle(turn % 2 === 0);
    const plan = await api.asOwner(`
      SET enable_seqscan = off;
      EXPLAIN SELECT id FROM audit_entries WHERE project_id = '${productionId}' AND entity_key = '${key}'
        AND environment = 'production' AND action LIKE 'configuration.%' AND (after ->> 'revision')::int <= 3
        ORDER BY (after ->> 'revision')::int DESC LIMIT 2`);
    const [, { rows }] = plan as [unknown, { rows: { 'QUERY PLAN': string }[] }];
    const text = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toMatch(/Index Scan Backward using audit_entries_configuration/);
    expect(text).not.toMatch(/Sort/);
    expect(revisionsOf(await api.must('GET', `${production}/history`))).toEqual([4, 3, 2, 1]);
  });

  it('tells one revision, and what it changed against any other', async () => {
    const { production, edit, toggle } = await make();
    await edit({ rules: [rule] });
    await toggle(true);
    await edit({ rules: [], offVariation: 'on' });
    const third = await api.call('GET', `${production}/history/3`);
    expect([third.status, third.headers.get('etag')]).toEqual([200, '"3"']);
    expect(third.body.changes).toEqual([{ path: 'enabled', before: false, after: true }]);
    expect((await api.must('GET', `${production}/history/1`)).changes).toEqual([]);
    expect((await api.must('GET', `${production}/history/4?from=1`)).changes).toEqual([
      { path: 'enabled', before: false, after: true },
      { path: 'offVariation', before: 'off', after: 'on' },
    ]);
    expect((await api.must('GET', `${production}/history/1?from=2`)).changes).toEqual([
      { path: 'rules[0]', before: rule },
    ]);
    expect((await api.must('GET', `${production}/history/2?from=2`)).changes).toEqual([]);
    for (const revision of ['0', '5', '01', '99999999999', 'x']) {
      const { body } = await api.call('GET', `${production}/history/${revision}`);
      expect(body).toMatchObject({ status: 404, detail: expect.stringMatching(/a revision from 1 to 4$/) });
    }
    expect((await api.call('GET', `${production}/history/2?from=9`)).body).toMatchObject({
      status: 422,
      errors: [{ path: 'from', message: 'must be a revision from 1 to 4' }],
    });
    expect((await api.call('GET', `${production}/history/2?from=x`)).status).toBe(400);
  });
});

describe('POST …/restore', () => {
  const restore = (path: string, body: unknown, headers?: Record<string, string>) =>
    api.call('POST', `${path}/restore`, body, headers);

  it('makes a new revision that equals the earlier one, in a new version of the environment', async () => {
    const { key, production, edit } = await make();
    const second = await edit({
      rules: [{ ...rule, name: 'Paying' }],
      targets: [{ variation: 'on', keys: ['u'] }],
    });
    await edit({ rules: [], targets: [], offVariation: 'on' });
    const { version } = await storedRuleset(api.database, productionId);
    const { status, headers, body } = await restore(production, { revision: 2 });
    expect([status, headers.get('etag')]).toEqual([200, '"4"']);
    expect(body).toEqual({ ...second, revision: 4, updatedAt: expect.any(String) });
    expect(await api.must('GET', production)).toEqual(body);
    const stored = await storedRuleset(api.database, productionId);
    expect([stored.version, stored.content.flags[key].rules]).toEqual([version + 1, [rule]]);
    const { items } = await api.must('GET', `${production}/history?limit=1`);
    expect(items[0]).toMatchObject({
      revision: 4,
      action: 'configuration.restore',
      source: { environment: 'production', revision: 2 },
      configuration: body,
    });
    expect((await api.must('GET', `${production}/history/4?from=2`)).changes).toEqual([]);
  });

  it('leaves a kill switch pulled unless asked otherwise', async () => {
    const { production, edit, toggle } = await make();
    await toggle(true);
    await edit({ defaultServe: { variation: 'off' } });
    await toggle(false);
    const restored = await restore(production, { revision: 2 });
    expect(restored.body).toMatchObject({ enabled: false, defaultServe: { variation: 'on' } });
    expect((await restore(production, { revision: 2, includeEnabled: true })).body.enabled).toBe(true);
    expect((await restore(production, { revision: 1, includeEnabled: true })).body.enabled).toBe(false);
  });

  it('makes nothing new of what is there already', async () => {
    const { production, toggle } = await make();
    await toggle(true);
    const before = await api.must('GET', production);
    expect((await restore(production, { revision: 1 })).body).toEqual(before);
    expect(revisionsOf(await api.must('GET', `${production}/history`))).toEqual([2, 1]);
  });

  it('is refused by the exact path where something that it refers to is gone', async () => {
    const { production, edit } = await make({
      kind: 'string',
      variations: ['a', 'b', 'c'].map((key) => ({ key, value: key })),
    });
    const other = await make();
    await api.must('POST', '/projects/demo/audiences', { key: 'gone', name: 'Gone', match: isPaying });
    await edit({
      prerequisites: [{ flag: other.key, variation: 'on' }],
      targets: [{ variation: 'b', keys: ['u'] }],
      rules: [
        {
          id: 'r',
          match: { combine: 'all', conditions: [{ audiences: ['beta', 'gone'] }] },
          serve: { variation: 'a' },
        },
      ],
    });
    await edit({ prerequisites: [], targets: [], rules: [] });
    await api.must('DELETE', '/projects/demo/audiences/gone', undefined, anyRevision);
    await api.must('POST', `${other.flag}/archive`);
    const flag = production.replace(/\/environments.*/, '');
    await api.must(
      'PATCH',
      flag,
      {
        variations: [
          { key: 'a', value: 'a' },
          { key: 'c', value: 'c' },
        ],
      },
      anyRevision,
    );
    const { body } = await restore(production, { revision: 2 });
    expect([body.status, body.code]).toEqual([422, 'unprocessable']);
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([
      'targets[0].variation',
      'rules[0].match.conditions[0].audiences[1]',
      'prerequisites[0].flag',
    ]);
    expect(body.detail).toMatch(
      /^Cannot restore revision 2 of flag "f-\w+" in environment "production": "targets/,
    );
    expect(revisionsOf(await api.must('GET', `${production}/history`))).toEqual([3, 2, 1]);
  });

  it('answers 422 to a revision that there is not, and 400 to what is none', async () => {
    const { production } = await make();
    expect((await restore(production, { revision: 2 })).body).toMatchObject({
      status: 422,
      errors: [{ path: 'revision', message: 'must be a revision from 1 to 1' }],
    });
    for (const revision of [2 ** 31, Number.MAX_SAFE_INTEGER])
      expect((await restore(production, { revision })).body).toMatchObject({ status: 422 });
    for (const body of [{}, { revision: 0 }, { revision: '1' }, { revision: 1, enabled: true }])
      expect((await restore(production, body)).status).toBe(400);
    expect((await restore(`${flags}/none/environments/production`, { revision: 1 })).status).toBe(404);
  });

  it('respects If-Match where it is sent, and is done once for one Idempotency-Key', async () => {
    const { production, edit } = await make();
    await edit({ offVariation: 'on' });
    const current = await edit({ rules: [rule] });
    expect((await restore(production, { revision: 1 }, { 'if-match': '"2"' })).body).toMatchObject({
      status: 412,
      current,
    });
    const once = { 'idempotency-key': randomUUID(), 'if-match': '"3"' };
    const first = await restore(production, { revision: 1 }, once);
    expect(first.body).toMatchObject({ revision: 4, offVariation: 'off', rules: [] });
    expect((await restore(production, { revision: 1 }, once)).body).toEqual(first.body);
    expect((await restore(production, { revision: 2 }, once)).body.status).toBe(422);
    expect(revisionsOf(await api.must('GET', `${production}/history`))).toEqual([4, 3, 2, 1]);
  });

  it('wants its confirmation where the environment wants changes confirmed', async () => {
    await api.must('POST', '/projects/demo/environments', {
      key: 'careful',
      name: 'C',
      confirmChanges: true,
    });
    const { flag } = await make();
    const careful = `${flag}/environments/careful`;
    const confirmed = { 'x-confirm': 'careful' };
    await api.must('POST', `${careful}/toggle`, { enabled: true }, confirmed);
    const body = { revision: 1, includeEnabled: true };
    expect((await restore(careful, body)).body).toMatchObject({ status: 428, code: 'confirm' });
    expect((await restore(careful, body, confirmed)).body.enabled).toBe(false);
    const copied = { from: 'production' };
    expect((await api.call('POST', `${careful}/copy`, copied)).body.code).toBe('confirm');
    expect((await api.call('POST', `${careful}/copy`, copied, confirmed)).status).toBe(200);
  });
});

describe('POST …/copy', () => {
  it('brings over everything but enabled, the ids of rules too', async () => {
    const { production, staging, edit, toggle } = await make();
    await edit(
      { targets: [{ variation: 'on', keys: ['u'] }], rules: [{ ...rule, name: 'Paying' }] },
      staging,
    );
    const source = await toggle(true, staging);
    const before = await api.must('GET', production);
    const { status, body } = await api.call('POST', `${production}/copy`, { from: 'staging' });
    expect(status).toBe(200);
    expect(body).toEqual({
      ...{ ...source, environment: 'production', enabled: false, revision: before.revision + 1 },
      updatedAt: expect.any(String),
    });
    const [newest] = (await api.must('GET', `${production}/history`)).items;
    expect(newest).toMatchObject({
      action: 'configuration.copy',
      source: { environment: 'staging', revision: source.revision },
    });
    expect((await api.must('POST', `${production}/copy`, { from: 'staging' })).revision).toBe(body.revision);
    const on = await api.must('POST', `${production}/copy`, { from: 'staging', includeEnabled: true });
    expect(on).toMatchObject({ enabled: true, revision: body.revision + 1 });
  });

  it('is judged where it is to be: prerequisites that are fine in one environment can make a cycle in another', async () => {
    const [one, other] = [await make(), await make()];
    await one.edit({ prerequisites: [{ flag: other.key, variation: 'on' }] });
    await other.edit({ prerequisites: [{ flag: one.key, variation: 'on' }] }, other.staging);
    const { body } = await api.call('POST', `${other.production}/copy`, { from: 'staging' });
    expect(body).toMatchObject({
      status: 422,
      errors: [
        {
          path: 'prerequisites[0].flag',
          message: `must not lead back to the flag itself: ${other.key} → ${one.key} → ${other.key}`,
        },
      ],
    });
  });

  it('answers 422 to an environment that it cannot come from', async () => {
    const { production } = await make();
    const copy = async (body: unknown, headers?: Record<string, string>) =>
      (await api.call('POST', `${production}/copy`, body, headers)).body;
    expect(await copy({ from: 'nowhere' })).toMatchObject({
      status: 422,
      errors: [
        { path: 'from', message: expect.stringMatching(/^names no environment of the project: "nowhere"/) },
      ],
    });
    expect(await copy({ from: 'production' })).toMatchObject({
      status: 422,
      errors: [
        {
          path: 'from',
          message: expect.stringMatching(
            /^must be another environment; it could be "development", "staging"/,
          ),
        },
      ],
    });
    expect(await copy({})).toMatchObject({ status: 400, errors: [{ path: 'from' }] });
    expect(await copy({ from: 'staging' }, { 'if-match': '"9"' })).toMatchObject({
      status: 412,
      current: { revision: 1 },
    });
  });

  it('is done once for one Idempotency-Key', async () => {
    const { production, staging, edit } = await make();
    await edit({ rules: [rule] }, staging);
    const once = { 'idempotency-key': randomUUID() };
    const first = await api.must('POST', `${production}/copy`, { from: 'staging' }, once);
    await edit({ rules: [] });
    expect(await api.must('POST', `${production}/copy`, { from: 'staging' }, once)).toEqual(first);
    expect((await api.must('GET', production)).rules).toEqual([]);
  });
});

it('writes no revision twice and leaves none out, whatever writes at once', async () => {
  const { key, production, staging, edit, toggle } = await make();
  await edit({ rules: [rule] }, staging);
  await edit({ rules: [rule] });
  await Promise.all(
    Array.from({ length: 12 }, (_, turn) => [
      toggle(turn % 2 === 0),
      api.must('POST', `${production}/copy`, { from: turn % 2 === 0 ? 'staging' : 'development' }),
      api.must('POST', `${production}/restore`, { revision: 1 + (turn % 2) }),
    ]).flat(),
  );
  const { revision } = await api.must('GET', production);
  const { items } = await api.must('GET', `${production}/history?limit=200`);
  expect(revisionsOf({ items })).toEqual(Array.from({ length: revision }, (_, place) => revision - place));
  const { rows } = await api.database.read.execute(sql`
    SELECT count(*)::int AS entries FROM audit_entries
    WHERE entity_key = ${key} AND environment = 'production' AND action LIKE 'configuration.%'`);
  expect(rows).toEqual([{ entries: revision - 1 }]);
});
