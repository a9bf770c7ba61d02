import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { storedRegistry, storedRuleset } from '../../../test/support/snapshots.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  await api.must('POST', '/projects/demo/flags', { key: 'checkout', name: 'Checkout', kind: 'boolean' });
});
afterAll(() => api.close());

const environments = '/projects/demo/environments';

describe('environments', () => {
  it('POST makes one in which every flag is off', async () => {
    await api.must('POST', '/projects/demo/flags/checkout/environments/production/toggle', { enabled: true });
    const made = await api.must('POST', environments, { key: 'canary', name: 'Canary' });
    expect(made).toMatchObject({
      project: 'demo',
      key: 'canary',
      confirmChanges: false,
      version: 1,
      revision: 1,
    });
    expect(await api.must('GET', '/projects/demo/flags/checkout/environments/canary')).toMatchObject({
      flag: 'checkout',
      environment: 'canary',
      enabled: false,
      offVariation: 'off',
      defaultServe: { variation: 'on' },
    });
    const { content } = await storedRuleset(api.database, made.id);
    expect(Object.keys(content.flags)).toEqual(['checkout']);
    const { items } = await api.must('GET', environments);
    expect(items.map(({ key }: { key: string }) => key)).toEqual([
      'development',
      'staging',
      'production',
      'canary',
    ]);
  });

  it('POST answers 409 when the key is taken and 404 when the project is not there', async () => {
    expect((await api.call('POST', environments, { key: 'production', name: 'P' })).body.code).toBe(
      'key_taken',
    );
    expect((await api.call('POST', '/projects/none/environments', { key: 'a', name: 'A' })).body.code).toBe(
      'not_found',
    );
  });

  it('GET pages through them in the order they were made', async () => {
    const first = await api.must('GET', `${environments}?limit=2`);
    const second = await api.must('GET', `${environments}?limit=2&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ key }) => key)).toEqual([
      'development',
      'staging',
      'production',
      'canary',
    ]);
    expect((await api.must('GET', `${environments}?query=STAG`)).items.length).toBe(1);
    expect((await api.call('GET', `${environments}?cursor=ZGVtbw`)).status).toBe(400);
  });

  it('wants every change confirmed where confirmChanges is on', async () => {
    const guarded = await api.must('POST', environments, {
      key: 'guarded',
      name: 'Guarded',
      confirmChanges: true,
    });
    const flag = '/projects/demo/flags/checkout/environments/guarded';
    const configuration = await api.must('GET', flag);
    const sdkKeys = `${environments}/guarded/sdk-keys`;
    const confirmed = { 'x-confirm': 'guarded' };
    const made = await api.must('POST', sdkKeys, { name: 'K', kind: 'client' }, confirmed);
    const changes: [string, string, unknown][] = [
      ['PUT', flag, { ...configuration, enabled: true }],
      ['POST', `${flag}/toggle`, { enabled: false }],
      ['POST', sdkKeys, { name: 'K', kind: 'server' }],
      ['POST', `${sdkKeys}/${made.id}/rotate`, { graceSeconds: 5 }],
      ['DELETE', `${sdkKeys}/${made.id}`, undefined],
      ['PATCH', `${environments}/guarded`, { name: 'Renamed' }],
      ['PATCH', `${environments}/guarded`, {}],
      ['DELETE', `${environments}/guarded`, undefined],
    ];
    for (const [method, path, body] of changes) {
      for (const headers of [anyRevision, { ...anyRevision, 'x-confirm': 'production' }]) {
        const refused = await api.call(method, path, body, headers);
        expect([method, path, refused.status, refused.body.code]).toEqual([method, path, 428, 'confirm']);
        expect(refused.body.detail).toMatch(
          /^Cannot .*"(checkout|K|guarded)".* without a confirmation for environment "guarded": send "X-Confirm: guarded"$/,
        );
      }
    }
    expect((await storedRuleset(api.database, guarded.id)).version).toBe(1);
    for (const [method, path, body] of changes) {
      const { status } = await api.call(method, path, body, { ...anyRevision, ...confirmed });
      expect([method, path, status < 300]).toEqual([method, path, true]);
    }
  });

  it('PATCH cannot switch the asking off without a confirmation, and can with one', async () => {
    const path = `${environments}/asking`;
    await api.must('POST', environments, { key: 'asking', name: 'Asking', confirmChanges: true });
    const off = (headers: Record<string, string>) =>
      api.call('PATCH', path, { confirmChanges: false }, { ...anyRevision, ...headers });
    for (const headers of [
      {},
      { 'x-confirm': '' },
      { 'x-confirm': 'Asking' },
      { 'x-confirm': 'demo,askin' },
    ]) {
      expect((await off(headers)).body).toMatchObject({ status: 428, code: 'confirm' });
    }
    expect(await api.must('GET', path)).toMatchObject({ confirmChanges: true, revision: 1 });
    expect((await off({ 'x-confirm': 'production , asking' })).body).toMatchObject({ confirmChanges: false });
    expect((await off({})).status).toBe(200);
  });

  it('PATCH changes the name and the confirmation, and nothing else', async () => {
    const patched = await api.must(
      'PATCH',
      `${environments}/staging`,
      { name: 'Stage', confirmChanges: true },
      anyRevision,
    );
    expect(patched).toMatchObject({ name: 'Stage', confirmChanges: true, revision: 2, version: 2 });
    const refused = await api.call('PATCH', `${environments}/staging`, { key: 'stage' }, anyRevision);
    expect([refused.status, refused.body.code]).toEqual([422, 'unprocessable']);
    expect((await api.call('PATCH', `${environments}/staging`, { name: null }, anyRevision)).status).toBe(
      400,
    );
    expect(
      (await api.call('PATCH', `${environments}/staging`, { name: 'S' }, { 'if-match': '"1"' })).body,
    ).toMatchObject({
      status: 412,
      detail:
        'Cannot change environment "staging": it is at revision 2 now, the request was made for 1: read it again and send If-Match: "2"',
    });
  });

  it('DELETE takes configurations and SDK keys along, and leaves the other environments as they are', async () => {
    const doomed = await api.must('POST', environments, { key: 'doomed', name: 'Doomed' });
    await api.must('POST', `${environments}/doomed/sdk-keys`, { name: 'K', kind: 'server' });
    const before = (await api.must('GET', `${environments}/production`)).version;
    expect((await api.call('DELETE', `${environments}/doomed`)).status).toBe(428);
    expect((await api.call('DELETE', `${environments}/doomed`, undefined, anyRevision)).status).toBe(204);
    expect((await api.call('GET', `${environments}/doomed`)).status).toBe(404);
    expect((await api.call('GET', '/projects/demo/flags/checkout/environments/doomed')).status).toBe(404);
    expect((await api.must('GET', `${environments}/production`)).version).toBe(before);
    const { content } = await storedRegistry(api.database);
    expect(Object.values(content.keys).some(({ environment }) => environment === doomed.id)).toBe(false);
    await expect(storedRuleset(api.database, doomed.id)).rejects.toThrow('Cannot find the snapshot');
  });
});
