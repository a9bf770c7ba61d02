import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { storedRegistry } from '../../../test/support/snapshots.ts';
import { snapshots } from '../../platform/database/index.ts';
import { ensureDefaultProject } from './index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

describe('projects', () => {
  it('POST makes a project with its three environments, each with a first ruleset', async () => {
    const { status, headers, body } = await api.call('POST', '/projects', { key: 'demo', name: 'Demo' });
    expect(status).toBe(201);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      key: 'demo',
      name: 'Demo',
      revision: 1,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    });
    const { items } = await api.must('GET', '/projects/demo/environments');
    expect(
      items.map(({ key, name, confirmChanges, version }: Record<string, unknown>) => [
        key,
        name,
        confirmChanges,
        version,
      ]),
    ).toEqual([
      ['development', 'Development', false, 1],
      ['staging', 'Staging', false, 1],
      ['production', 'Production', false, 1],
    ]);
  });

  it('POST answers 409 when the key is taken, and 400 when it could not be one', async () => {
    await api.must('POST', '/projects', { key: 'taken', name: 'T' });
    const { status, body } = await api.call('POST', '/projects', { key: 'taken', name: 'T' });
    expect([status, body.code]).toEqual([409, 'key_taken']);
    const bad = await api.call('POST', '/projects', { key: 'no spaces', name: 'T' });
    expect(bad.body).toMatchObject({ status: 400, code: 'invalid', errors: [{ path: 'key' }] });
  });

  it('POST lets one of many win a key', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => api.call('POST', '/projects', { key: 'raced', name: 'R' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    expect((await api.must('GET', '/projects/raced/environments')).items.length).toBe(3);
  });

  it('GET, PATCH and DELETE demand and check the revision', async () => {
    await api.must('POST', '/projects', { key: 'revised', name: 'One' });
    expect((await api.call('PATCH', '/projects/revised', { name: 'Two' })).body).toMatchObject({
      status: 428,
      code: 'revision_required',
    });
    const patched = await api.call('PATCH', '/projects/revised', { name: 'Two' }, { 'if-match': '"1"' });
    expect([patched.status, patched.body.revision, patched.headers.get('etag')]).toEqual([200, 2, '"2"']);
    const stale = await api.call('PATCH', '/projects/revised', { name: 'Three' }, { 'if-match': '"1"' });
    expect(stale.body).toMatchObject({ status: 412, code: 'stale_revision', current: patched.body });
    expect((await api.call('DELETE', '/projects/revised')).status).toBe(428);
    expect(
      (await api.call('DELETE', '/projects/revised', undefined, { 'if-match': '"7", "1"' })).status,
    ).toBe(412);
    expect((await api.call('DELETE', '/projects/revised', undefined, { 'if-match': 'W/"2"' })).status).toBe(
      204,
    );
    expect((await api.call('GET', '/projects/revised')).status).toBe(404);
    expect((await api.call('DELETE', '/projects/revised', undefined, anyRevision)).status).toBe(404);
  });

  it('PATCH never changes the key', async () => {
    const { status, body } = await api.call('PATCH', '/projects/demo', { key: 'other' }, anyRevision);
    expect([status, body.code, body.errors[0].path]).toEqual([422, 'unprocessable', 'key']);
  });

  it('DELETE wants a confirmation for every environment that asks for one', async () => {
    await api.must('POST', '/projects', { key: 'guarded', name: 'G' });
    for (const key of ['one', 'two'])
      await api.must('POST', '/projects/guarded/environments', { key, name: key, confirmChanges: true });
    const remove = (headers: Record<string, string>) =>
      api.call('DELETE', '/projects/guarded', undefined, { ...anyRevision, ...headers });
    expect((await remove({})).body).toMatchObject({
      status: 428,
      code: 'confirm',
      detail:
        'Cannot delete project "guarded" without a confirmation for environments "one", "two": send "X-Confirm: one, two"',
    });
    expect((await remove({ 'x-confirm': 'two' })).body.detail).toBe(
      'Cannot delete project "guarded" without a confirmation for environment "one": send "X-Confirm: one, two"',
    );
    expect((await remove({ 'x-confirm': 'guarded, staging' })).status).toBe(428);
    expect((await api.call('DELETE', '/projects/guarded')).body.code).toBe('revision_required');
    expect((await remove({ 'x-confirm': 'two,one' })).status).toBe(204);
  });

  it('DELETE takes the snapshots and the SDK keys along', async () => {
    await api.must('POST', '/projects', { key: 'gone', name: 'Gone' });
    const { id } = await api.must('GET', '/projects/gone/environments/production');
    await api.must('POST', '/projects/gone/environments/production/sdk-keys', { name: 'K', kind: 'client' });
    const registered = async () =>
      Object.values((await storedRegistry(api.database)).content.keys).filter(
        ({ environment }) => environment === id,
      );
    expect((await registered()).length).toBe(1);
    api.nudges.length = 0;
    await api.must('DELETE', '/projects/gone', undefined, anyRevision);
    expect(await registered()).toEqual([]);
    expect(api.nudges).toEqual([['keys']]);
    const left = await api.database.read.select({ id: snapshots.documentId }).from(snapshots);
    expect(left.map((row) => row.id)).not.toContain(id);
  });

  it('GET lists pages in the order of keys, and finds by key and name in any case', async () => {
    for (const key of ['zeta', 'Zeta', 'z_1', 'z-1'])
      await api.must('POST', '/projects', { key, name: `Straße ${key}` });
    const first = await api.must('GET', '/projects?query=STRASSE&limit=3');
    expect(first).toEqual({ items: [] });
    const found = await api.must('GET', '/projects?query=stra%C3%9FE&limit=3');
    expect(found.items.map(({ key }: { key: string }) => key)).toEqual(['Zeta', 'z-1', 'z_1']);
    const rest = await api.must('GET', `/projects?query=stra%C3%9FE&limit=3&cursor=${found.nextCursor}`);
    expect(rest.items.map(({ key }: { key: string }) => key)).toEqual(['zeta']);
    expect(rest.nextCursor).toBeUndefined();
    expect(
      (await api.must('GET', '/projects?query=Z_')).items.map(({ key }: { key: string }) => key),
    ).toEqual(['z_1']);
    expect((await api.must('GET', '/projects?query=%25')).items).toEqual([]);
  });

  it('GET refuses limits and cursors that cannot be', async () => {
    for (const query of [
      'limit=0',
      'limit=201',
      'limit=-1',
      'limit=1.5',
      'limit=x',
      'limit=',
      'cursor=!!!',
      'cursor=',
      'cursor=AAAA',
      'cursor=Zg=',
    ]) {
      const { status, body } = await api.call('GET', `/projects?${query}`);
      expect([query, status, body.code]).toEqual([query, 400, 'invalid']);
    }
    expect((await api.call('GET', '/projects?limit=200')).status).toBe(200);
  });
});

describe('ensureDefaultProject()', () => {
  it('makes the project once, and not again when somebody has deleted it', async () => {
    const deps = {
      database: api.database,
      now: () => new Date(),
      randomBytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)),
      onCommit: () => {},
    };
    await Promise.all([ensureDefaultProject(deps), ensureDefaultProject(deps), ensureDefaultProject(deps)]);
    const { items } = await api.must('GET', '/projects/default/environments');
    expect(items.map(({ key }: { key: string }) => key)).toEqual(['development', 'staging', 'production']);
    await api.must('DELETE', '/projects/default', undefined, anyRevision);
    await ensureDefaultProject(deps);
    expect((await api.call('GET', '/projects/default')).status).toBe(404);
  });
});
