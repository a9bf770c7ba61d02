import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';

let api: TestApi;
let clock = new Date('2030-01-01T00:00:00.000Z');
const audit = '/projects/demo/audit';
const flag = '/projects/demo/flags/checkout';
beforeAll(async () => {
  api = await createTestApi(() => clock);
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  await api.must('POST', '/projects', { key: 'other', name: 'Other' });
  await api.must('POST', '/projects/demo/flags', { key: 'checkout', name: 'Checkout', kind: 'boolean' });
  clock = new Date('2030-01-02T00:00:00.000Z');
  await api.must('POST', `${flag}/environments/staging/toggle`, { enabled: true });
  clock = new Date('2030-01-03T00:00:00.000Z');
  await api.must('PATCH', flag, { name: 'Till' }, anyRevision);
});
afterAll(() => api.close());

const actionsOf = async (query: string) =>
  (await api.must('GET', `${audit}${query}`)).items.map(({ action }: { action: string }) => action);

describe('the audit trail', () => {
  it('tells who changed what, when, before and after, the newest first', async () => {
    const { items } = await api.must('GET', audit);
    expect(items.map(({ action }: { action: string }) => action)).toEqual([
      'flag.update',
      'configuration.toggle',
      'flag.create',
      'project.create',
    ]);
    expect(items[1]).toEqual({
      id: expect.stringMatching(/^\d+$/),
      at: '2030-01-02T00:00:00.000Z',
      actor: 'admin-token',
      address: '',
      token: null,
      action: 'configuration.toggle',
      entity: { kind: 'flag', key: 'checkout' },
      environment: 'staging',
      before: expect.objectContaining({ enabled: false, revision: 1 }),
      after: expect.objectContaining({ enabled: true, revision: 2 }),
      seq: 3,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(items[0]).toMatchObject({
      environment: null,
      before: { name: 'Checkout' },
      after: { name: 'Till' },
    });
    expect(items[2]).toMatchObject({ before: null, after: { key: 'checkout' } });
  });

  it('is filtered by entity, actor, environment and time', async () => {
    expect(await actionsOf('?entity=flag:checkout')).toEqual([
      'flag.update',
      'configuration.toggle',
      'flag.create',
    ]);
    expect(await actionsOf('?entity=checkout')).toEqual([
      'flag.update',
      'configuration.toggle',
      'flag.create',
    ]);
    expect(await actionsOf('?entity=project')).toEqual(['project.create']);
    expect(await actionsOf('?entity=flag:demo')).toEqual([]);
    expect(await actionsOf('?actor=admin-token&environment=staging')).toEqual(['configuration.toggle']);
    expect(await actionsOf('?actor=somebody')).toEqual([]);
    expect(await actionsOf('?action=configuration.toggle')).toEqual(['configuration.toggle']);
    expect(await actionsOf('?action=flag')).toEqual(['flag.update', 'flag.create']);
    expect(await actionsOf('?action=fla')).toEqual([]);
    expect(await actionsOf('?since=2030-01-02&until=2030-01-02T23:59:59Z')).toEqual(['configuration.toggle']);
    expect(await actionsOf('?since=2030-01-02T01:00:00%2B00:00')).toEqual(['flag.update']);
  });

  it('is searched by action and key, in any case and without wildcards', async () => {
    expect(await actionsOf('?query=TOGGLE')).toEqual(['configuration.toggle']);
    expect(await actionsOf('?query=Check')).toEqual(['flag.update', 'configuration.toggle', 'flag.create']);
    expect(await actionsOf('?query=flag.&actor=admin-token')).toEqual(['flag.update', 'flag.create']);
    expect(await actionsOf('?query=demo')).toEqual(['project.create']);
    for (const query of ['%25', '_', 'nothing', 'Till'])
      expect(await actionsOf(`?query=${query}`)).toEqual([]);
    expect(await actionsOf('?query=')).toEqual(await actionsOf(''));
  });

  it('is paged', async () => {
    const first = await api.must('GET', `${audit}?limit=3`);
    const rest = await api.must('GET', `${audit}?limit=3&cursor=${first.nextCursor}`);
    expect(first.items.length).toBe(3);
    expect(rest.items.map(({ action }: { action: string }) => action)).toEqual(['project.create']);
    expect(rest.nextCursor).toBeUndefined();
  });

  it('ends a page before a megabyte of documents, and tells everything once all the same', async () => {
    const heavy = '/projects/heavy/flags/heavy';
    await api.must('POST', '/projects', { key: 'heavy', name: 'Heavy' });
    const variations = (text: string) =>
      Array.from({ length: 10 }, (_, at) => ({ key: `v${at}`, value: text.repeat(20_000) }));
    const flag = { key: 'heavy', name: 'Heavy', kind: 'string', variations: variations('a') };
    await api.must('POST', '/projects/heavy/flags', flag);
    for (let at = 0; at < 4; at += 1) await api.must('PATCH', heavy, { name: `Heavy ${at}` }, anyRevision);
    const seqs: number[] = [];
    const sizes: number[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await api.must('GET', `/projects/heavy/audit?limit=200${query}`);
      sizes.push(page.items.length);
      seqs.push(...page.items.map(({ seq }: { seq: number }) => seq));
      cursor = page.nextCursor;
    }
    expect(seqs).toEqual([6, 5, 4, 3, 2, 1]);
    // An update tells of 400 KB, the making of the flag of 200 KB, and that of the project of next to nothing.
    expect(sizes).toEqual([2, 4]);
  });

  it('refuses times and cursors that cannot be, and answers 404 without a project', async () => {
    const queries = ['since=yesterday', 'until=2030-13-01', 'since=', 'cursor=eA', 'limit=0'];
    const outside = ['since=0000-01-01', 'until=9999-12-31T23:59:59-01:00'];
    for (const query of [...queries, ...outside]) {
      expect((await api.call('GET', `${audit}?${query}`)).body).toMatchObject({
        status: 400,
        code: 'invalid',
      });
    }
    expect((await api.call('GET', '/projects/none/audit')).status).toBe(404);
  });

  it('tells of no change that was refused', async () => {
    const before = await actionsOf('');
    await api.call('PATCH', flag, { name: 'X' }, { 'if-match': '"1"' });
    await api.call('PATCH', flag, { variations: [] }, anyRevision);
    await api.call('DELETE', flag, undefined, anyRevision);
    expect(await actionsOf('')).toEqual(before);
  });
});
