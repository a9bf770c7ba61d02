import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { createPerson, type Person } from '../../../test/support/people.ts';

let api: TestApi;
let grace: Person;
let alan: Person;
const members = '/projects/shop/members';
beforeAll(async () => {
  api = await createTestApi();
  for (const key of ['shop', 'other']) await api.must('POST', '/projects', { key, name: key });
  grace = await createPerson(api, { email: 'grace@example.com', roles: { shop: 'admin' } });
  alan = await createPerson(api, { email: 'alan@example.com' });
});
afterAll(() => api.close());

const actions = async () =>
  (await api.must('GET', '/projects/shop/audit')).items.map(
    ({ action, entity }: { action: string; entity: { key: string } }) => `${action} ${entity.key}`,
  );

describe('/projects/{p}/members', () => {
  it('lets an admin make a user a member, change what they are, and take them out', async () => {
    const created = await grace.call('POST', members, { email: ' Alan@Example.com ', role: 'viewer' });
    expect(created.status).toBe(201);
    expect(created.headers.get('etag')).toBe('"1"');
    expect(created.body).toEqual({
      id: alan.user.id,
      user: alan.user,
      role: 'viewer',
      revision: 1,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    const one = `${members}/${alan.user.id}`;
    expect((await alan.call('GET', one)).body).toEqual(created.body);
    const changed = await grace.call(
      'PATCH',
      one,
      { ...created.body, role: 'editor' },
      { 'if-match': '"1"' },
    );
    expect([changed.status, changed.body.role, changed.body.revision]).toEqual([200, 'editor', 2]);
    expect((await grace.call('DELETE', one, undefined, { 'if-match': '"2"' })).status).toBe(204);
    expect((await grace.call('GET', one)).status).toBe(404);
    expect((await actions()).slice(0, 3)).toEqual([
      'member.delete alan@example.com',
      'member.update alan@example.com',
      'member.create alan@example.com',
    ]);
  });

  it('S-34 holds what somebody is from their very next request on', async () => {
    const statuses = async () => [
      (await alan.call('GET', '/projects/shop')).status,
      (await alan.call('POST', '/projects/shop/flags', { key: 'f', name: 'F' })).status,
      (await alan.call('POST', '/projects/shop/environments', { key: 'x', name: '' })).status,
    ];
    // A body that cannot be shows that rights were judged before it.
    expect(await statuses()).toEqual([404, 404, 404]);
    await api.must('POST', members, { email: alan.user.email, role: 'viewer' });
    expect(await statuses()).toEqual([200, 403, 403]);
    const one = `${members}/${alan.user.id}`;
    await api.must('PATCH', one, { role: 'editor' }, anyRevision);
    expect(await statuses()).toEqual([200, 400, 403]);
    await api.must('PATCH', one, { role: 'admin' }, anyRevision);
    expect(await statuses()).toEqual([200, 400, 400]);
    expect((await alan.call('GET', '/projects')).body.items.map(({ key }: { key: string }) => key)).toEqual([
      'shop',
    ]);
    await api.must('DELETE', one, undefined, anyRevision);
    expect(await statuses()).toEqual([404, 404, 404]);
    expect((await alan.call('GET', '/projects')).body.items).toEqual([]);
  });

  it('tells who is nothing in a project the same as of one that does not exist', async () => {
    const detail = async (key: string) => (await alan.call('GET', `/projects/${key}/flags`)).body.detail;
    expect(await detail('shop')).toBe('Cannot find project "shop"');
    expect(await detail('none')).toBe('Cannot find project "none"');
  });

  it('refuses who is one already, who has no account, and roles that there are not', async () => {
    const post = async (body: unknown) => (await api.call('POST', members, body)).body;
    expect(await post({ email: grace.user.email, role: 'viewer' })).toMatchObject({ code: 'key_taken' });
    expect(await post({ email: 'nobody@example.com', role: 'viewer' })).toMatchObject({
      status: 422,
      errors: [{ path: 'email' }],
      detail: expect.stringContaining('invite them'),
    });
    expect(await post({ email: alan.user.email, role: 'owner' })).toMatchObject({
      code: 'invalid',
      errors: [{ path: 'role' }],
    });
  });

  it('wants the revision that was seen, and answers what it is now', async () => {
    const one = `${members}/${grace.user.id}`;
    expect((await api.call('PATCH', one, { role: 'admin' })).status).toBe(428);
    const stale = await api.call('PATCH', one, { role: 'viewer' }, { 'if-match': '"9"' });
    expect([stale.status, stale.body.current.role]).toEqual([412, 'admin']);
  });

  it('is paged and searched by name and address', async () => {
    for (const name of ['x1', 'x2', 'x3']) {
      await createPerson(api, { email: `${name}@example.com`, roles: { other: 'viewer' } });
    }
    const list = '/projects/other/members';
    const first = await api.must('GET', `${list}?limit=2&query=X`);
    const rest = await api.must('GET', `${list}?limit=2&query=X&cursor=${first.nextCursor}`);
    const emails = [...first.items, ...rest.items].map(({ user }) => user.email);
    expect(emails).toEqual(['x1@example.com', 'x2@example.com', 'x3@example.com']);
    expect(rest.nextCursor).toBeUndefined();
  });
});
