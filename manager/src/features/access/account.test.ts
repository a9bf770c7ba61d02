import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '../../../test/support/api.ts';
import { createPerson } from '../../../test/support/people.ts';
import { ada, cookieOf, createOwner, ownPage, signIn, visitor } from '../../../test/support/visitor.ts';
import { auditEntries } from '../../platform/database/index.ts';

let api: TestApi;
let cookie: string;
beforeAll(async () => {
  api = await createTestApi();
  cookie = await createOwner(api);
  await api.must('POST', '/projects', { key: 'shop', name: 'Shop' });
});
afterAll(() => api.close());

const own = (method: string, path: string, body?: unknown, as = cookie) =>
  visitor(api).call(method, path, body, { cookie: as, ...ownPage });

describe('/account', () => {
  it('tells who asks and what they may do', async () => {
    expect((await own('GET', '/account')).body).toEqual({
      user: { id: expect.any(String), name: ada.name, email: ada.email },
      isOwner: true,
      everywhere: 'owner',
      roles: {},
    });
    const admin = { user: null, isOwner: true, everywhere: 'owner', roles: {} };
    expect(await api.must('GET', '/account')).toEqual(admin);
    const viewer = await createPerson(api, { email: 'v@example.com', roles: { shop: 'viewer' } });
    expect((await viewer.call('GET', '/account')).body).toMatchObject({
      isOwner: false,
      roles: { shop: 'viewer' },
    });
  });

  it('lists one’s own sessions and ends one, or all others', async () => {
    const others = [await signIn(api, '198.51.100.1'), await signIn(api, '198.51.100.2')];
    const { items } = (await own('GET', '/account/sessions')).body;
    expect(items.length).toBe(3);
    expect(items.filter(({ isCurrent }: { isCurrent: boolean }) => isCurrent).length).toBe(1);
    const first = items.find(({ address }: { address: string }) => address === '198.51.100.1');
    expect((await own('DELETE', `/account/sessions/${first.id}`)).status).toBe(204);
    expect((await own('GET', '/session', undefined, others[0])).status).toBe(401);
    expect((await own('DELETE', `/account/sessions/${first.id}`)).status).toBe(404);
    expect((await own('DELETE', '/account/sessions')).status).toBe(204);
    expect((await own('GET', '/session', undefined, others[1])).status).toBe(401);
    expect((await own('GET', '/session')).status).toBe(200);
  });

  it('shows and ends nobody else’s sessions', async () => {
    const eve = await createPerson(api, { email: 'eve@example.com' });
    const [mine] = (await own('GET', '/account/sessions')).body.items;
    expect((await eve.call('GET', '/account/sessions')).body.items.length).toBe(1);
    expect((await eve.call('DELETE', `/account/sessions/${mine.id}`)).status).toBe(404);
    expect((await own('GET', '/session')).status).toBe(200);
  });

  it('S-31 takes another password for the one until now, ends every session and begins a new one', async () => {
    const other = await signIn(api);
    const wrong = await own('PUT', '/account/password', { current: 'wrong', password: 'quite another one' });
    expect([wrong.status, wrong.body.errors[0].path]).toEqual([422, 'current']);
    const short = await own('PUT', '/account/password', { current: ada.password, password: 'short' });
    expect(short.status).toBe(400);
    const body = { current: ada.password, password: 'quite another one' };
    const { status, cookies } = await own('PUT', '/account/password', body);
    expect(status).toBe(200);
    const renewed = cookieOf(cookies);
    const statuses = [cookie, other, renewed].map((each) => own('GET', '/session', undefined, each));
    expect((await Promise.all(statuses)).map((answer) => answer.status)).toEqual([401, 401, 200]);
    const signInAs = (password: string) =>
      visitor(api, '198.51.100.9').call('POST', '/session', { email: ada.email, password });
    expect((await signInAs(ada.password)).status).toBe(401);
    expect((await signInAs('quite another one')).status).toBe(201);
    cookie = renewed;
    const entries = await api.database.read.select().from(auditEntries);
    expect(entries.at(-1)).toMatchObject({
      action: 'user.change-password',
      actor: ada.email,
      address: '192.0.2.1',
    });
    expect(JSON.stringify(entries)).not.toContain('quite another one');
  });

  it('S-31 changes nothing in a session that has ended while the password was checked', async () => {
    const { user } = (await own('GET', '/session')).body;
    const before = { email: ada.email, password: 'quite another one' };
    const overtaken = cookieOf((await visitor(api, '192.0.2.77').call('POST', '/session', before)).cookies);
    const { items } = (await own('GET', '/account/sessions', undefined, overtaken)).body;
    const { id: sessionId } = items.find(({ isCurrent }: { isCurrent: boolean }) => isCurrent);
    await api.must('PUT', '/owner/password', { email: ada.email, password: 'what the owner has said' });
    const changing = api.access.changePassword(
      { current: 'what the owner has said', password: 'what a thief would like' },
      { user, visitor: { address: '192.0.2.77', userAgent: '' }, sessionId },
    );
    await expect(changing).rejects.toMatchObject({ code: 'unauthorized' });
    const signInWith = (password: string) =>
      visitor(api, '198.51.100.77').call('POST', '/session', { email: ada.email, password });
    expect((await signInWith('what a thief would like')).status).toBe(401);
    const { status, cookies } = await signInWith('what the owner has said');
    expect(status).toBe(201);
    cookie = cookieOf(cookies);
  });

  it('slows down whoever guesses the password until now at an open browser', async () => {
    const guess = () => own('PUT', '/account/password', { current: 'guess', password: 'quite another one' });
    const statuses: number[] = [];
    for (let times = 0; times < 8; times += 1) statuses.push((await guess()).status);
    expect(statuses).toContain(429);
  });
});
