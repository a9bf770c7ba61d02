import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { createPerson, type Person } from '../../../test/support/people.ts';

let api: TestApi;
let owner: Person;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'shop', name: 'Shop' });
  owner = await createPerson(api, { email: 'owner@example.com', isOwner: true });
});
afterAll(() => api.close());

describe('/users', () => {
  it('shows owners everybody with what they are, and nobody else anything', async () => {
    const grace = await createPerson(api, { email: 'grace@example.com', roles: { shop: 'admin' } });
    const { items } = (await owner.call('GET', '/users')).body;
    expect(items).toEqual([
      expect.objectContaining({ ...grace.user, isOwner: false, roles: { shop: 'admin' }, revision: 1 }),
      expect.objectContaining({ ...owner.user, isOwner: true, roles: {} }),
    ]);
    expect((await owner.call('GET', `/users/${grace.user.id}`)).body).toEqual(items[0]);
    expect((await grace.call('GET', '/users')).body).toMatchObject({ status: 403, code: 'forbidden' });
    expect((await grace.call('GET', `/users/${grace.user.id}`)).status).toBe(403);
    expect((await owner.call('GET', '/users?query=GRACE')).body.items.length).toBe(1);
    const first = (await owner.call('GET', '/users?limit=1')).body;
    const rest = (await owner.call('GET', `/users?limit=1&cursor=${first.nextCursor}`)).body;
    expect(rest.items.map(({ email }: { email: string }) => email)).toEqual(['owner@example.com']);
  });

  it('makes somebody an owner, with every right in every project, and takes it back', async () => {
    const alan = await createPerson(api, { email: 'alan@example.com' });
    const one = `/users/${alan.user.id}`;
    expect((await alan.call('GET', '/projects/shop')).status).toBe(404);
    const made = await owner.call('PATCH', one, { isOwner: true, name: 'Alan' }, { 'if-match': '"1"' });
    expect(made.body).toMatchObject({ isOwner: true, name: 'Alan', revision: 2 });
    expect((await alan.call('POST', '/projects', { key: 'own', name: 'Own' })).status).toBe(201);
    await api.must('PATCH', one, { isOwner: false }, anyRevision);
    expect((await alan.call('GET', '/projects/own')).status).toBe(404);
    const { items } = await api.must('GET', '/projects/shop/audit');
    expect(items.some(({ action }: { action: string }) => action === 'user.update')).toBe(false);
  });

  it('keeps the last owner, also of two who put each other out at once', async () => {
    const other = await createPerson(api, { email: 'other@example.com', isOwner: true });
    const rivals = [
      owner.call('PATCH', `/users/${other.user.id}`, { isOwner: false }, anyRevision),
      other.call('PATCH', `/users/${owner.user.id}`, { isOwner: false }, anyRevision),
    ];
    const statuses = (await Promise.all(rivals)).map(({ status }) => status).sort();
    // Whoever comes second is refused as the last one, or as an owner no longer.
    expect(statuses[0]).toBe(200);
    expect([403, 409]).toContain(statuses[1]);
    await api.must('PATCH', `/users/${owner.user.id}`, { isOwner: true }, anyRevision);
    await api.must('DELETE', `/users/${other.user.id}`, undefined, anyRevision);
    for (const [method, body] of [
      ['PATCH', { isOwner: false }],
      ['DELETE', undefined],
    ] as const) {
      const refused = await owner.call(method, `/users/${owner.user.id}`, body, anyRevision);
      expect([refused.status, refused.body.code]).toEqual([409, 'last_owner']);
    }
  });

  it('takes a user away with their sessions, memberships and tokens, on open feeds too', async () => {
    const ada = await createPerson(api, { email: 'ada@example.com', roles: { shop: 'admin' } });
    const { token } = (await ada.call('POST', '/tokens', { name: 'script', role: 'admin' })).body;
    const asScript = () => api.call('GET', '/projects/shop', undefined, { authorization: `Bearer ${token}` });
    expect((await asScript()).status).toBe(200);
    const ended: string[] = [];
    api.access.sessions.onEnd((id) => ended.push(id));
    await api.must('DELETE', `/users/${ada.user.id}`, undefined, { 'if-match': '"1"' });
    expect([(await asScript()).status, (await ada.call('GET', '/projects')).status]).toEqual([401, 401]);
    expect(ended.length).toBe(1);
    expect((await api.must('GET', '/projects/shop/members')).items).not.toContainEqual(
      expect.objectContaining({ id: ada.user.id }),
    );
  });

  it('ends every session of a user', async () => {
    const eve = await createPerson(api, { email: 'eve@example.com' });
    await api.must('DELETE', `/users/${eve.user.id}/sessions`);
    expect((await eve.call('GET', '/session')).status).toBe(401);
  });

  it('answers 404 to ids that nobody has, and wants the revision that was seen', async () => {
    for (const id of ['nobody', '00000000-0000-4000-8000-000000000000']) {
      expect((await api.call('GET', `/users/${id}`)).status).toBe(404);
    }
    const one = `/users/${owner.user.id}`;
    expect((await api.call('PATCH', one, { name: 'X' })).status).toBe(428);
    const stale = await api.call('PATCH', one, { name: 'X' }, { 'if-match': '"77"' });
    expect([stale.status, stale.body.current.email]).toEqual([412, 'owner@example.com']);
    const { current } = stale.body;
    expect((await api.call('PATCH', one, current, anyRevision)).body).toEqual(current);
    const other = await api.call('PATCH', one, { email: 'else@example.com' }, anyRevision);
    expect(other.body).toMatchObject({ status: 422, errors: [{ path: 'email' }] });
  });
});
