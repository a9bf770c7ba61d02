import { createHash } from 'node:crypto';
import { isPlausibleSdkKey } from '@fauna-flags/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { storedRegistry } from '../../../test/support/snapshots.ts';
import { auditEntries, sdkKeys, snapshots } from '../../platform/database/index.ts';
import { firstBootActor } from '../../platform/http/index.ts';
import { ensureSdkKey } from './index.ts';

let api: TestApi;
let environmentId: string;
let clock = new Date('2030-01-01T00:00:00.000Z');
beforeAll(async () => {
  api = await createTestApi(() => clock);
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  environmentId = (await api.must('GET', '/projects/demo/environments/production')).id;
});
afterAll(() => api.close());

const keys = '/projects/demo/environments/production/sdk-keys';
const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');
const registered = async (text: string) => (await storedRegistry(api.database)).content.keys[digestOf(text)];

/** As nobody has told of any use. */
const unused = { lastUsedAt: null, requests: 0, browserUseAt: null };

describe('SDK keys', () => {
  it('POST makes a client key, which stays readable', async () => {
    api.nudges.length = 0;
    const { status, headers, body } = await api.call('POST', keys, { name: 'Web', kind: 'client' });
    expect([status, headers.get('etag')]).toEqual([201, '"1"']);
    expect(body).toEqual({
      id: expect.any(String),
      environment: 'production',
      name: 'Web',
      kind: 'client',
      key: expect.stringMatching(/^fauna_cli_[0-9A-Za-z]{49}$/),
      prefix: 'fauna_cli_',
      last4: body.key.slice(-4),
      origins: ['*'],
      expiresAt: null,
      state: 'active',
      replacedBy: null,
      revision: 1,
      createdAt: clock.toISOString(),
      updatedAt: clock.toISOString(),
    });
    expect(isPlausibleSdkKey(body.key)).toBe(true);
    expect(api.nudges).toEqual([['keys']]);
    expect(await registered(body.key)).toEqual({
      id: body.id,
      environment: environmentId,
      kind: 'client',
      origins: ['*'],
      state: 'active',
    });
    expect(await api.must('GET', `${keys}/${body.id}`)).toEqual({ ...body, ...unused });
  });

  it('POST shows a server key once, and keeps its text nowhere (S-02)', async () => {
    const { key, ...rest } = await api.must('POST', keys, { name: 'Backend', kind: 'server' });
    expect(key).toMatch(/^fauna_srv_[0-9A-Za-z]{49}$/);
    expect(await api.must('GET', `${keys}/${rest.id}`)).toEqual({ ...rest, ...unused });
    const { items } = await api.must('GET', `${keys}?query=backend`);
    expect(items).toEqual([{ ...rest, ...unused }]);
    const rows = await Promise.all(
      [sdkKeys, snapshots, auditEntries].map((table) => api.database.read.select().from(table)),
    );
    const stored = JSON.stringify(rows, (_, member) =>
      member?.type === 'Buffer' ? Buffer.from(member.data).toString() : member,
    );
    expect(stored).toContain(digestOf(key));
    expect(stored).not.toContain(key);
    expect(JSON.stringify((await api.must('GET', '/projects/demo/audit')).items)).not.toContain(key);
  });

  it('POST makes keys out of the given cryptographic generator, each of 256 bits (S-01)', async () => {
    const made = await Promise.all(
      Array.from({ length: 20 }, () => api.must('POST', keys, { name: 'Many', kind: 'server' })),
    );
    expect(new Set(made.map(({ key }) => key)).size).toBe(20);
    const { createSdkKey } = await import('./index.ts');
    const asked: number[] = [];
    const deps = { database: api.database, now: () => clock, onCommit: () => {} };
    const randomBytes = (size: number) => {
      asked.push(size);
      return new Uint8Array(size).fill(7);
    };
    const scope = { actor: firstBootActor, project: 'demo', environment: 'staging', confirm: undefined };
    const { key } = await createSdkKey({ ...deps, randomBytes }, scope, { name: 'Fixed', kind: 'server' });
    const again = createSdkKey({ ...deps, randomBytes }, scope, { name: 'Fixed', kind: 'server' });
    expect(asked).toContain(32);
    expect(key).toMatch(/^fauna_srv_/);
    await expect(again).rejects.toThrow();
  });

  it('POST judges origins and ends', async () => {
    const origins = ['https://shop.example', 'http://localhost:5173', 'capacitor://localhost', '*'];
    expect((await api.must('POST', keys, { name: 'O', kind: 'client', origins })).origins).toEqual(origins);
    for (const origin of [
      'https://shop.example/',
      'https://shop.example/path',
      'shop.example',
      'https://Shop.example',
      'https://shop.example:443',
      'null',
      '',
    ]) {
      const { status, body } = await api.call('POST', keys, {
        name: 'O',
        kind: 'client',
        origins: ['*', origin],
      });
      expect([origin, status, body.errors[0].path]).toEqual([origin, 422, 'origins[1]']);
    }
    const expiresAt = '2030-01-02T00:00:00.000Z';
    const made = await api.must('POST', keys, { name: 'E', kind: 'client', expiresAt });
    expect(made.expiresAt).toBe(expiresAt);
    expect((await registered(made.key))?.expiresAt).toBe(Date.parse(expiresAt));
    expect(
      (await api.call('POST', keys, { name: 'E', kind: 'client', expiresAt: '2029-12-31T00:00:00Z' })).body,
    ).toMatchObject({ status: 422, errors: [{ path: 'expiresAt' }] });
    const dated = await api.must('POST', keys, { name: 'E', kind: 'client', expiresAt: '2030-02-01' });
    expect(dated.expiresAt).toBe('2030-02-01T00:00:00.000Z');
    const zoned = { name: 'E', kind: 'client', expiresAt: '2030-02-01T01:00:00+02:00' };
    expect((await api.must('POST', keys, zoned)).expiresAt).toBe('2030-01-31T23:00:00.000Z');
    for (const expiresAt of ['tomorrow', '', '2030-02-30', '2030-02-01T00:00:00', 1_900_000_000_000]) {
      expect((await api.call('POST', keys, { name: 'E', kind: 'client', expiresAt })).body).toMatchObject({
        status: 400,
        errors: [
          { path: 'expiresAt', message: expect.stringMatching(/^must be a date like 2030-01-31, or/) },
        ],
      });
    }
    expect((await api.call('POST', keys, { name: 'E', kind: 'admin' })).body).toMatchObject({
      status: 400,
      errors: [{ path: 'kind' }],
    });
  });

  it('rotate puts a new key in place and lets the old one live out its grace (S-04)', async () => {
    const old = await api.must('POST', keys, {
      name: 'R',
      kind: 'client',
      origins: ['https://shop.example'],
    });
    const { status, body: next } = await api.call('POST', `${keys}/${old.id}/rotate`, {
      graceSeconds: 3_600,
    });
    expect(status).toBe(201);
    expect(next).toMatchObject({
      name: 'R',
      kind: 'client',
      origins: ['https://shop.example'],
      expiresAt: null,
      state: 'active',
    });
    expect(next.key).not.toBe(old.key);
    const end = new Date(clock.getTime() + 3_600_000);
    expect(await api.must('GET', `${keys}/${old.id}`)).toMatchObject({
      expiresAt: end.toISOString(),
      state: 'grace',
      replacedBy: next.id,
      revision: 2,
    });
    expect(await registered(old.key)).toMatchObject({ state: 'active', expiresAt: end.getTime() });
    expect(await registered(next.key)).toMatchObject({ state: 'active' });
    // A second rotation would make two keys out of one and forget the first.
    const again = await api.call('POST', `${keys}/${old.id}/rotate`, { graceSeconds: 7_200 });
    expect(again.body).toMatchObject({
      status: 422,
      code: 'unprocessable',
      detail: `Cannot rotate SDK key "R": it was rotated already: rotate the key in its place, "${next.id}"`,
    });
    expect((await registered(old.key))?.expiresAt).toBe(end.getTime());
    expect((await api.must('GET', `${keys}/${old.id}`)).replacedBy).toBe(next.id);
  });

  it('tells the state of a key as it is now', async () => {
    const start = clock;
    const later = (seconds: number) => new Date(start.getTime() + seconds * 1_000);
    const ending = await api.must('POST', keys, {
      name: 'State',
      kind: 'client',
      expiresAt: later(60).toISOString(),
    });
    const rotated = await api.must('POST', keys, { name: 'State', kind: 'client' });
    await api.must('POST', `${keys}/${rotated.id}/rotate`, { graceSeconds: 60 });
    const replaced = await api.must('POST', keys, { name: 'State', kind: 'client' });
    await api.must('POST', `${keys}/${replaced.id}/rotate`, { graceSeconds: 0 });
    const stateOf = async ({ id }: { id: string }) => {
      const { state } = await api.must('GET', `${keys}/${id}`);
      const { items } = await api.must('GET', `${keys}?query=state`);
      expect(items.find((item: { id: string }) => item.id === id).state).toBe(state);
      return state;
    };
    try {
      clock = later(59.999);
      expect([await stateOf(ending), await stateOf(rotated), await stateOf(replaced)]).toEqual([
        'active',
        'grace',
        'revoked',
      ]);
      clock = later(60);
      expect([await stateOf(ending), await stateOf(rotated)]).toEqual(['expired', 'expired']);
      for (const { id } of [ending, rotated]) {
        expect((await api.call('POST', `${keys}/${id}/rotate`, { graceSeconds: 5 })).body).toMatchObject({
          status: 422,
          detail: `Cannot rotate SDK key "State": it expired at ${later(60).toISOString()}: create a new one`,
        });
      }
      expect((await api.call('DELETE', `${keys}/${ending.id}`, undefined, anyRevision)).status).toBe(204);
      expect(await stateOf(ending)).toBe('revoked');
    } finally {
      clock = start;
    }
    const { items } = await api.must('GET', `/projects/demo/audit?entity=sdk-key:${rotated.id}`);
    expect(items[0]).toMatchObject({
      action: 'sdk-key.rotate',
      before: { state: 'active' },
      after: { state: 'grace' },
    });
  });

  it('rotate without grace revokes at once, and a revoked key cannot be rotated', async () => {
    const old = await api.must('POST', keys, { name: 'R0', kind: 'server' });
    const next = await api.must('POST', `${keys}/${old.id}/rotate`, { graceSeconds: 0 });
    expect(next.key).toMatch(/^fauna_srv_/);
    expect((await registered(old.key))?.state).toBe('revoked');
    expect((await api.call('POST', `${keys}/${old.id}/rotate`, { graceSeconds: 0 })).body).toMatchObject({
      status: 422,
      code: 'unprocessable',
      detail: 'Cannot rotate SDK key "R0": it is revoked: create a new one',
    });
    for (const graceSeconds of [-1, 1.5, '1', null, 1e12]) {
      expect((await api.call('POST', `${keys}/${next.id}/rotate`, { graceSeconds })).status).toBe(400);
    }
    expect((await api.call('POST', `${keys}/${next.id}/rotate`)).status).toBe(400);
  });

  it('DELETE revokes at once, and a revoked key leaves the registry after 30 days (S-04)', async () => {
    const made = await api.must('POST', keys, { name: 'D', kind: 'client' });
    expect((await api.call('DELETE', `${keys}/${made.id}`)).body.code).toBe('revision_required');
    expect((await api.call('DELETE', `${keys}/${made.id}`, undefined, { 'if-match': '"9"' })).body.code).toBe(
      'stale_revision',
    );
    const before = (await storedRegistry(api.database)).version;
    expect((await api.call('DELETE', `${keys}/${made.id}`, undefined, { 'if-match': '"1"' })).status).toBe(
      204,
    );
    expect((await registered(made.key))?.state).toBe('revoked');
    expect((await storedRegistry(api.database)).version).toBe(before + 1);
    expect((await api.must('GET', `${keys}/${made.id}`)).state).toBe('revoked');
    expect((await api.call('DELETE', `${keys}/${made.id}`, undefined, anyRevision)).status).toBe(204);
    expect((await storedRegistry(api.database)).version).toBe(before + 1);
    clock = new Date(clock.getTime() + 31 * 24 * 60 * 60 * 1_000);
    const later = await api.must('POST', keys, { name: 'Later', kind: 'client' });
    expect(await registered(made.key)).toBeUndefined();
    expect(await registered(later.key)).toBeDefined();
  });

  it('answers 404 to a key of another environment', async () => {
    const made = await api.must('POST', keys, { name: 'Here', kind: 'client' });
    const elsewhere = `/projects/demo/environments/staging/sdk-keys/${made.id}`;
    expect((await api.call('GET', elsewhere)).status).toBe(404);
    expect((await api.call('DELETE', elsewhere, undefined, anyRevision)).status).toBe(404);
    expect((await api.call('POST', `${elsewhere}/rotate`, { graceSeconds: 0 })).status).toBe(404);
  });

  it('GET pages through them', async () => {
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 20; page += 1) {
      const { items, nextCursor } = await api.must('GET', `${keys}?limit=7${cursor}`);
      seen.push(...items.map(({ id }: { id: string }) => id));
      if (nextCursor === undefined) break;
      cursor = `&cursor=${nextCursor}`;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThan(25);
    const { items } = await api.must('GET', `${keys}?limit=200`);
    expect(items.map(({ id }: { id: string }) => id)).toEqual(seen);
    const times = items.map(({ createdAt }: { createdAt: string }) => createdAt);
    expect(times).toEqual([...times].sort());
    for (const cursor of ['MSAx', 'eCB5', Buffer.from(`99999999999999 ${seen[0]}`).toString('base64url')]) {
      expect((await api.call('GET', `${keys}?cursor=${cursor}`)).status).toBeLessThan(500);
    }
  });
});

describe('ensureSdkKey()', () => {
  const text = 'a-key-out-of-the-settings-0123456789';
  const deps = () => ({
    database: api.database,
    now: () => clock,
    randomBytes: (size: number) => crypto.getRandomValues(new Uint8Array(size)),
    onCommit: () => {},
  });
  const wanted = {
    actor: firstBootActor,
    project: 'demo',
    environment: 'production',
    kind: 'client',
    name: 'Settings',
    key: text,
  } as const;

  it('makes the key once, however often it is asked', async () => {
    const made = await Promise.all([ensureSdkKey(deps(), wanted), ensureSdkKey(deps(), wanted)]);
    const again = await ensureSdkKey(deps(), wanted);
    expect(new Set([...made, again].map(({ id }) => id)).size).toBe(1);
    expect(again).toMatchObject({ key: text, prefix: 'a-key-out-', last4: '6789' });
    expect(await registered(text)).toMatchObject({ kind: 'client', state: 'active' });
  });

  it('refuses the same text for another kind or environment, and texts that could be guessed', async () => {
    await expect(ensureSdkKey(deps(), { ...wanted, kind: 'server' })).rejects.toThrow(
      'already the client key',
    );
    await expect(ensureSdkKey(deps(), { ...wanted, environment: 'staging' })).rejects.toThrow(
      'environment "production"',
    );
    for (const key of ['short', 'x'.repeat(201), `${'x'.repeat(40)} `, `${'x'.repeat(40)}é`]) {
      await expect(ensureSdkKey(deps(), { ...wanted, key })).rejects.toThrow('32 to 200 visible ASCII');
    }
  });

  it('leaves a key revoked that somebody has revoked', async () => {
    const { id } = await ensureSdkKey(deps(), wanted);
    await api.must('DELETE', `${keys}/${id}`, undefined, anyRevision);
    expect((await ensureSdkKey(deps(), wanted)).state).toBe('revoked');
    expect((await registered(text))?.state).toBe('revoked');
  });
});
