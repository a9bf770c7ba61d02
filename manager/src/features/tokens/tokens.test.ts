import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminToken, anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { createPerson, type Person } from '../../../test/support/people.ts';
import { apiTokens, auditEntries } from '../../platform/database/index.ts';

let api: TestApi;
let owner: Person;
let editor: Person;
let clock = new Date('2030-01-01T00:00:00Z');
beforeAll(async () => {
  api = await createTestApi(() => clock);
  for (const key of ['shop', 'other']) await api.must('POST', '/projects', { key, name: key });
  owner = await createPerson(api, { email: 'owner@example.com', isOwner: true });
  editor = await createPerson(api, {
    email: 'editor@example.com',
    roles: { shop: 'editor', other: 'viewer' },
  });
});
afterAll(() => api.close());

const make = async (who: Person, body: object) => {
  const answer = await who.call('POST', '/tokens', { name: 'script', ...body });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
};
const as = (token: string) => ({
  call: (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    api.call(method, path, body, { authorization: `Bearer ${token}`, ...headers }),
});
const flag = { key: 'checkout', name: 'Checkout', kind: 'boolean' };

describe('/tokens', () => {
  it('S-01 S-02 makes a token of 256 bits with a checksum, shows it once, and keeps its digest alone', async () => {
    const { token, ...created } = await make(editor, { role: 'editor', project: 'shop' });
    expect(token).toMatch(/^fauna_mgr_[0-9A-Za-z]{49}$/);
    expect(created).toEqual({
      id: expect.any(String),
      name: 'script',
      role: 'editor',
      project: 'shop',
      createdBy: 'editor@example.com',
      prefix: 'fauna_mgr_',
      last4: token.slice(-4),
      expiresAt: null,
      lastUsedAt: null,
      revision: 1,
      createdAt: '2030-01-01T00:00:00.000Z',
      updatedAt: '2030-01-01T00:00:00.000Z',
    });
    expect((await editor.call('GET', `/tokens/${created.id}`)).body).toEqual(created);
    const kept = [
      await api.database.read.select().from(apiTokens),
      await api.database.read.select().from(auditEntries),
      (await owner.call('GET', '/tokens')).body,
    ];
    expect(JSON.stringify(kept)).not.toContain(token);
  });

  it('S-34 lets a token do no more than it says, and than its maker may do at the moment', async () => {
    const reader = as((await make(editor, { role: 'viewer' })).token);
    const writer = as((await make(editor, { role: 'editor' })).token);
    const ofShop = as((await make(editor, { role: 'editor', project: 'shop' })).token);
    const create = (who: ReturnType<typeof as>, project: string) =>
      who.call('POST', `/projects/${project}/flags`, flag).then(({ status }) => status);
    expect([await create(reader, 'shop'), await create(writer, 'other')]).toEqual([403, 403]);
    expect((await ofShop.call('GET', '/projects/other')).status).toBe(404);
    expect((await writer.call('GET', '/projects/other')).status).toBe(200);
    expect(await create(ofShop, 'shop')).toBe(201);
    await api.must('PATCH', `/projects/shop/members/${editor.user.id}`, { role: 'viewer' }, anyRevision);
    expect(
      (await ofShop.call('PATCH', '/projects/shop/flags/checkout', { name: 'X' }, anyRevision)).status,
    ).toBe(403);
    await api.must('PATCH', `/projects/shop/members/${editor.user.id}`, { role: 'admin' }, anyRevision);
    // More than the token says is not in it, whatever its maker has become.
    const keys = '/projects/shop/environments/production/sdk-keys';
    expect((await writer.call('POST', keys, { name: 'K', kind: 'client' })).status).toBe(403);
    expect(
      (await writer.call('PATCH', '/projects/shop/flags/checkout', { name: 'X' }, anyRevision)).status,
    ).toBe(200);
    const [entry] = (await api.must('GET', '/projects/shop/audit')).items;
    expect(entry).toMatchObject({ action: 'flag.update', actor: 'editor@example.com', token: 'script' });
  });

  it('of an owner reaches every project, as far as it says, and the installation when it says so', async () => {
    const everywhere = as((await make(owner, { role: 'editor' })).token);
    expect((await everywhere.call('GET', '/projects/other')).status).toBe(200);
    expect((await everywhere.call('GET', '/users')).status).toBe(403);
    expect((await everywhere.call('POST', '/projects', { key: 'new', name: 'New' })).status).toBe(403);
    const asOwner = as((await make(owner, { role: 'owner' })).token);
    expect((await asOwner.call('GET', '/users')).status).toBe(200);
    const one = as((await make(owner, { role: 'admin', project: 'other' })).token);
    expect((await one.call('GET', '/projects/shop')).status).toBe(404);
    expect((await one.call('GET', '/projects')).body.items.map(({ key }: { key: string }) => key)).toEqual([
      'other',
    ]);
  });

  it('refuses to give what its maker does not have', async () => {
    const refused = async (who: Person, body: object) =>
      (await who.call('POST', '/tokens', { name: 'x', ...body })).body;
    expect(await refused(editor, { role: 'owner' })).toMatchObject({ code: 'forbidden' });
    expect(await refused(editor, { role: 'editor', project: 'other' })).toMatchObject({ code: 'forbidden' });
    expect(await refused(editor, { project: 'none' })).toMatchObject({
      status: 422,
      errors: [{ path: 'project' }],
    });
    await api.must('POST', '/projects', { key: 'hidden', name: 'Hidden' });
    const [hidden, none] = [
      await refused(editor, { project: 'hidden' }),
      await refused(editor, { project: 'none' }),
    ];
    expect(hidden.detail.replace('hidden', 'none')).toBe(none.detail);
    expect(await refused(owner, { role: 'owner', project: 'shop' })).toMatchObject({
      errors: [{ path: 'role' }],
    });
    for (const expiresAt of ['2029-12-31', '0000-01-01', '9999-12-31T23:59:59-01:00']) {
      expect(await refused(owner, { expiresAt })).toMatchObject({ errors: [{ path: 'expiresAt' }] });
    }
  });

  it('S-34 lets a token see and delete itself alone, and neither rename nor prolong anything', async () => {
    const first = await make(owner, { role: 'owner', expiresAt: '2030-06-01' });
    const second = await make(owner, { role: 'viewer' });
    const { call } = as(first.token);
    expect((await call('GET', '/tokens')).body.items.map(({ id }: { id: string }) => id)).toEqual([first.id]);
    expect((await call('GET', `/tokens/${second.id}`)).status).toBe(404);
    expect((await call('DELETE', `/tokens/${second.id}`, undefined, anyRevision)).status).toBe(404);
    for (const { id } of [first, second]) {
      const { status } = await call('PATCH', `/tokens/${id}`, { expiresAt: null }, anyRevision);
      expect(status).toBe(403);
    }
    expect((await call('DELETE', `/tokens/${first.id}`, undefined, anyRevision)).status).toBe(204);
    expect((await call('GET', '/tokens')).status).toBe(401);
  });

  it('S-34 lets no token set anybody’s password, whatever its maker may do', async () => {
    const { token } = await make(owner, { role: 'owner' });
    const body = { email: 'owner@example.com', password: 'quite another one' };
    expect((await as(token).call('PUT', '/owner/password', body)).body.code).toBe('forbidden');
    expect((await owner.call('PUT', '/owner/password', body)).body.code).toBe('forbidden');
    expect((await api.call('PUT', '/owner/password', body)).status).toBe(204);
    owner = await createPerson(api, { email: 'second@example.com', isOwner: true });
  });

  it('refuses to make a token with a token, but with the admin token', async () => {
    const { token } = await make(owner, { role: 'owner' });
    expect((await as(token).call('POST', '/tokens', { name: 'next' })).body.code).toBe('forbidden');
    const made = await api.must('POST', '/tokens', { name: 'automation', role: 'admin' });
    expect(made.createdBy).toBe('admin-token');
    expect((await as(made.token).call('GET', '/projects/shop')).status).toBe(200);
    expect((await as(made.token).call('GET', '/session')).status).toBe(401);
  });

  it('ends when it says, keeps when it was used, and is gone with the next request when it is deleted', async () => {
    const { id, token } = await make(owner, { role: 'viewer', expiresAt: '2030-01-01T02:00:00Z' });
    const read = async () => (await as(token).call('GET', '/projects')).status;
    const lastUsedAt = async () => (await owner.call('GET', `/tokens/${id}`)).body.lastUsedAt;
    clock = new Date('2030-01-01T00:00:10Z');
    expect([await read(), await lastUsedAt()]).toEqual([200, '2030-01-01T00:00:10.000Z']);
    clock = new Date('2030-01-01T00:01:00Z');
    expect([await read(), await lastUsedAt()]).toEqual([200, '2030-01-01T00:00:10.000Z']);
    clock = new Date('2030-01-01T00:01:10Z');
    expect([await read(), await lastUsedAt()]).toEqual([200, '2030-01-01T00:01:10.000Z']);
    clock = new Date('2030-01-01T02:00:00Z');
    expect(await read()).toBe(401);
    const changed = await owner.call(
      'PATCH',
      `/tokens/${id}`,
      { name: 'renamed', expiresAt: null },
      { 'if-match': '"1"' },
    );
    expect(changed.body).toMatchObject({ name: 'renamed', expiresAt: null, revision: 2 });
    expect(await read()).toBe(200);
    expect((await owner.call('DELETE', `/tokens/${id}`, undefined, { 'if-match': '"2"' })).status).toBe(204);
    expect(await read()).toBe(401);
  });

  it('PATCH takes back what was read, and refuses to change what a token may do', async () => {
    const { token: _, ...made } = await make(owner, { role: 'admin', project: 'shop' });
    const patch = (body: object) => owner.call('PATCH', `/tokens/${made.id}`, body, anyRevision);
    expect((await patch(made)).body).toEqual(made);
    expect((await patch({ role: 'viewer', project: null })).body).toMatchObject({
      status: 422,
      errors: [{ path: 'role' }, { path: 'project' }],
    });
  });

  it('shows everybody their own, and owners all', async () => {
    const { id } = await make(editor, {});
    const stranger = await createPerson(api, { email: 'stranger@example.com' });
    expect((await stranger.call('GET', '/tokens')).body.items).toEqual([]);
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? { name: 'mine' } : undefined;
      expect((await stranger.call(method, `/tokens/${id}`, body, anyRevision)).status).toBe(404);
    }
    expect((await owner.call('GET', `/tokens/${id}`)).status).toBe(200);
    const ids = (await owner.call('GET', '/tokens?limit=200')).body.items.map(
      (token: { id: string }) => token.id,
    );
    expect(ids).toContain(id);
  });

  it('refuses what only looks like a token, and never asks the database about what cannot be one', async () => {
    const { token } = await make(owner, {});
    const wrong = `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`;
    let asked = 0;
    api.database.pool.on('acquire', () => {
      asked += 1;
    });
    for (const text of [
      wrong,
      `${token}x`,
      'fauna_mgr_',
      `fauna_mgr_${'0'.repeat(49)}`,
      adminToken.slice(1),
    ]) {
      expect((await as(text).call('GET', '/projects')).status).toBe(401);
    }
    expect(asked).toBe(0);
  });
});
