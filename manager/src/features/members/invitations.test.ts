import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { createPerson } from '../../../test/support/people.ts';
import { cookieOf, ownPage, visitor } from '../../../test/support/visitor.ts';
import { auditEntries, invitations as table } from '../../platform/database/index.ts';

let api: TestApi;
let clock = new Date('2030-01-01T00:00:00Z');
const invitations = '/projects/shop/invitations';
beforeAll(async () => {
  api = await createTestApi(() => clock);
  await api.must('POST', '/projects', { key: 'shop', name: 'Shop' });
});
afterAll(() => api.close());

const invite = (body: object = {}) => api.must('POST', invitations, { role: 'editor', ...body });
const accept = (body: object) =>
  visitor(api).call('POST', '/invitations/accept', {
    name: 'Grace',
    password: 'a compiler of one’s own',
    ...body,
  });

describe('an invitation', () => {
  it('lets who has the link make an account and be a member, once', async () => {
    const { token, link, id, ...invitation } = await invite();
    expect(link).toBe(`/invitation#${token}`);
    expect(invitation).toMatchObject({ role: 'editor', email: null, expiresAt: '2030-01-08T00:00:00.000Z' });
    const stranger = visitor(api);
    expect((await stranger.call('POST', '/invitations/read', { token })).body).toEqual({
      project: { key: 'shop', name: 'Shop' },
      role: 'editor',
      email: null,
      invitedBy: 'admin-token',
      expiresAt: '2030-01-08T00:00:00.000Z',
    });
    const { status, body, cookies } = await accept({ token, email: 'grace@example.com' });
    expect([status, body.user.email]).toEqual([201, 'grace@example.com']);
    const account = await stranger.call('GET', '/account', undefined, { cookie: cookieOf(cookies) });
    expect(account.body).toEqual({
      user: body.user,
      isOwner: false,
      everywhere: null,
      roles: { shop: 'editor' },
    });
    expect((await accept({ token, email: 'eve@example.com' })).status).toBe(404);
    expect((await api.call('GET', `${invitations}/${id}`)).status).toBe(404);
    // And they come in by their password from now on.
    const again = { email: 'grace@example.com', password: 'a compiler of one’s own' };
    expect((await stranger.call('POST', '/session', again)).status).toBe(201);
  });

  it('is kept as a digest, and its token is in no entry of the audit trail', async () => {
    const { token } = await invite();
    const rows = [
      await api.database.read.select().from(table),
      await api.database.read.select().from(auditEntries),
      (await api.must('GET', invitations)).items,
    ];
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('makes one member when many open one link at once', async () => {
    const { token } = await invite();
    const rivals = ['a', 'b', 'c'].map((name) => accept({ token, email: `${name}@example.com` }));
    expect((await Promise.all(rivals)).map(({ status }) => status).sort()).toEqual([201, 404, 404]);
  });

  it('for one address is for that one alone', async () => {
    const { token } = await invite({ email: 'Ida@Example.com' });
    const other = await accept({ token, email: 'eve@example.com' });
    expect([other.status, other.body.errors]).toEqual([
      422,
      [{ path: 'email', message: 'must be "ida@example.com"' }],
    ]);
    const eve = await createPerson(api, { email: 'eve@example.com' });
    expect((await eve.call('POST', '/invitations/join', { token })).body.code).toBe('forbidden');
    expect((await accept({ token })).body.user.email).toBe('ida@example.com');
  });

  it('for whoever has the link wants an address, and never takes over an account', async () => {
    await createPerson(api, { email: 'known@example.com' });
    const { token } = await invite();
    expect((await accept({ token })).body.errors).toEqual([
      { path: 'email', message: 'is required: the invitation is for whoever has the link' },
    ]);
    expect((await accept({ token, email: 'known@example.com' })).body.code).toBe('account_exists');
    expect((await accept({ token, email: 'new@example.com', password: 'short' })).status).toBe(400);
    expect((await visitor(api).call('POST', '/invitations/read', { token })).status).toBe(200);
  });

  it('S-34 is worth nothing once who made it may not invite any more', async () => {
    const admin = await createPerson(api, { email: 'admin@example.com', roles: { shop: 'admin' } });
    const made = await admin.call('POST', invitations, { role: 'admin' });
    const { token } = made.body;
    const read = async () => (await visitor(api).call('POST', '/invitations/read', { token })).status;
    const member = `/projects/shop/members/${admin.user.id}`;
    expect(await read()).toBe(200);
    await api.must('PATCH', member, { role: 'editor' }, anyRevision);
    expect(await read()).toBe(404);
    expect((await admin.call('POST', '/invitations/join', { token })).status).toBe(404);
    expect((await accept({ token, email: 'friend@example.com' })).status).toBe(404);
    await api.must('DELETE', member, undefined, anyRevision);
    expect((await admin.call('POST', '/invitations/join', { token })).status).toBe(404);
    await api.must('POST', '/projects/shop/members', { email: 'admin@example.com', role: 'admin' });
    expect(await read()).toBe(200);
  });

  it('gives what it says at the moment when it is used up', async () => {
    const { id, token } = await invite({ role: 'admin' });
    const accepting = accept({ token, email: 'slow@example.com' });
    await api.must('PATCH', `${invitations}/${id}`, { role: 'viewer' }, anyRevision);
    const { body, cookies } = await accepting;
    const account = await visitor(api).call('GET', '/account', undefined, { cookie: cookieOf(cookies) });
    const [member] = (await api.must('GET', '/projects/shop/audit?action=member.create')).items;
    expect(member.after.user).toEqual(body.user);
    expect(account.body.roles).toEqual({ shop: member.after.role });
    const [used] = (await api.must('GET', '/projects/shop/audit?action=invitation.accept')).items;
    expect(used.before.role).toBe(member.after.role);
  });

  it('makes who is signed in a member, and never less than they were', async () => {
    const mary = await createPerson(api, { email: 'mary@example.com' });
    const join = async (role: string) => {
      const { token } = await invite({ role });
      return (await mary.call('POST', '/invitations/join', { token })).body.role;
    };
    expect(await join('editor')).toBe('editor');
    expect(await join('viewer')).toBe('editor');
    expect(await join('admin')).toBe('admin');
  });

  it('can be changed and taken back, and runs out', async () => {
    const { id, token } = await invite();
    const one = `${invitations}/${id}`;
    const changed = await api.must(
      'PATCH',
      one,
      { role: 'viewer', expiresAt: '2030-01-02' },
      { 'if-match': '"1"' },
    );
    expect(changed).toMatchObject({ role: 'viewer', expiresAt: '2030-01-02T00:00:00.000Z', revision: 2 });
    expect((await api.call('PATCH', one, changed, anyRevision)).body).toEqual(changed);
    expect((await api.call('PATCH', one, { email: 'else@example.com' }, anyRevision)).body).toMatchObject({
      status: 422,
      errors: [{ path: 'email', message: 'cannot be changed by PATCH: it is null' }],
    });
    clock = new Date('2030-01-02T00:00:00Z');
    expect((await accept({ token, email: 'late@example.com' })).status).toBe(404);
    await api.must('DELETE', one, undefined, anyRevision);
    expect((await api.call('GET', one)).status).toBe(404);
    for (const expiresAt of ['2030-01-01', '2031-01-01']) {
      expect((await api.call('POST', invitations, { role: 'viewer', expiresAt })).body).toMatchObject({
        status: 422,
        errors: [{ path: 'expiresAt' }],
      });
    }
  });

  it('is accepted from no page but our own', async () => {
    const { token } = await invite();
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const { status } = await visitor(api).call('POST', '/invitations/read', { token }, foreign);
    expect(status).toBe(403);
    expect((await visitor(api).call('POST', '/invitations/read', { token }, ownPage)).status).toBe(200);
  });
});
