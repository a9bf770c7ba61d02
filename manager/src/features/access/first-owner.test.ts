import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adminToken, createTestApi, type TestApi, testSecret } from '../../../test/support/api.ts';
import { ada, cookieOf, createOwner, visitor } from '../../../test/support/visitor.ts';
import { auditEntries, settings, users } from '../../platform/database/index.ts';
import { ownerToken } from './first-owner.ts';

let api: TestApi;
let now = () => new Date();
beforeEach(async () => {
  now = () => new Date();
  api = await createTestApi(() => now());
});
afterEach(() => api.close());

const token = ownerToken(testSecret);
const post = (body: unknown, headers: Record<string, string> = {}) =>
  visitor(api).call('POST', '/owner', body, headers);
const admin = { authorization: `Bearer ${adminToken}` };

describe('POST /owner', () => {
  it('creates the owner of the one-time link, signs them in, and records who they are but no secret', async () => {
    const stranger = visitor(api);
    expect((await stranger.call('GET', '/owner')).body).toEqual({ exists: false });
    const { status, body, cookies } = await post({ ...ada, email: ' Ada@Example.com ', token });
    expect(status).toBe(201);
    expect(body).toEqual({
      user: { id: expect.any(String), name: ada.name, email: ada.email },
      expiresAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect((await stranger.call('GET', '/owner')).body).toEqual({ exists: true });
    const cookie = cookieOf(cookies);
    expect((await stranger.call('GET', '/session', undefined, { cookie })).body.user).toEqual(body.user);

    const [entry, ...more] = await api.database.read.select().from(auditEntries);
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      projectId: null,
      actor: ada.email,
      action: 'owner.create',
      entityKind: 'user',
      entityKey: ada.email,
      after: body.user,
    });
    expect(JSON.stringify(entry)).not.toContain(ada.password);
    expect(JSON.stringify(entry)).not.toContain('argon2');
  });

  it('refuses a stranger without the token, whatever they send in its place', async () => {
    const wrong = [undefined, '', 'x', `${token}x`, token.slice(1), ownerToken('another secret'), adminToken];
    for (const each of wrong) {
      const { status, body } = await post({ ...ada, token: each });
      expect([each, status, body.code]).toEqual([each, 403, 'forbidden']);
    }
    for (const authorization of ['Bearer wrong', `Bearer ${token}`, `Basic ${adminToken}`]) {
      expect((await post(ada, { authorization })).status).toBe(403);
    }
    expect((await visitor(api).call('GET', '/owner')).body).toEqual({ exists: false });
  });

  it('takes the admin token in place of the link', async () => {
    const { status, cookies } = await post(ada, { authorization: `Bearer ${adminToken}` });
    expect(status).toBe(201);
    expect(cookies.length).toBe(1);
    const [entry] = await api.database.read.select().from(auditEntries);
    expect(entry?.actor).toBe('admin-token');
  });

  it('answers 409 ever after, also to the link when the owner is gone, and reveals that only to who has the token', async () => {
    await createOwner(api);
    const again = { ...ada, email: 'eve@example.com' };
    expect((await post({ ...again, token })).body).toMatchObject({ status: 409, code: 'owner_exists' });
    expect((await post(again, admin)).body.code).toBe('owner_exists');
    expect((await post({ ...again, token: 'x' })).status).toBe(403);
    await api.database.read.delete(users);
    expect((await post({ ...again, token })).body.code).toBe('owner_exists');
    expect((await visitor(api).call('GET', '/owner')).body).toEqual({ exists: true });
    expect(await api.database.read.select().from(users)).toEqual([]);
  });

  it('lets the admin token make one owner when nobody is left, of several who try at once', async () => {
    await createOwner(api);
    await api.database.read.delete(users);
    const rivals = ['one', 'two', 'three'].map((name) =>
      post({ ...ada, name, email: `${name}@example.com` }, admin),
    );
    const statuses = (await Promise.all(rivals)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 409, 409]);
    expect((await api.database.read.select().from(users)).length).toBe(1);
  });

  it('signs the owner in whom it has created, whatever has failed at this address before', async () => {
    // A slow machine may take longer to judge them all than the refusal lasts that they lead to.
    const still = new Date();
    now = () => still;
    const somebody = visitor(api);
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        somebody.call('POST', '/session', { email: `u${index}@example.com`, password: 'wrong' }),
      ),
    );
    const refused = await somebody.call('POST', '/session', { email: ada.email, password: 'wrong' });
    expect(refused.status).toBe(429);
    const { status, cookies } = await post({ ...ada, token });
    expect(status).toBe(201);
    const session = await somebody.call('GET', '/session', undefined, { cookie: cookieOf(cookies) });
    expect(session.status).toBe(200);
  });

  it('creates nobody when there is no room to hash the password, and somebody whole when there is', async () => {
    const crowd = Array.from({ length: 30 }, (_, index) =>
      visitor(api, `198.51.100.${index}`).call('POST', '/session', {
        email: `c${index}@example.com`,
        password: 'one of a crowd',
      }),
    );
    const created = await post({ ...ada, token });
    await Promise.all(crowd);
    const exists = (await api.database.read.select().from(users)).length === 1;
    expect([201, 429]).toContain(created.status);
    expect(exists).toBe(created.status === 201);
    expect(created.cookies.length).toBe(exists ? 1 : 0);
  });

  it('makes exactly one owner of several who try at once', async () => {
    const rivals = ['one', 'two', 'three', 'four', 'five'].map((name) =>
      post({ ...ada, name, email: `${name}@example.com`, token }),
    );
    const statuses = (await Promise.all(rivals)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 409, 409, 409, 409]);
    expect((await api.database.read.select().from(users)).length).toBe(1);
    expect((await api.database.read.select().from(settings)).length).toBe(1);
    expect((await api.database.read.select().from(auditEntries)).length).toBe(1);
  });

  it('S-30 refuses passwords under 12 and over 128 characters or much used, and what is no e-mail address or name', async () => {
    const wrong: [object, string][] = [
      [{ password: 'eleven char' }, 'password'],
      [{ password: 'x'.repeat(129) }, 'password'],
      [{ password: 7 }, 'password'],
      [{ email: 'ada' }, 'email'],
      [{ email: 'ada@example.com\u0000' }, 'email'],
      [{ email: `${'a'.repeat(250)}@example.com` }, 'email'],
      [{ name: '  ' }, 'name'],
      [{ role: 'owner' }, 'role'],
    ];
    for (const [part, path] of wrong) {
      const { status, body } = await post({ ...ada, token, ...part });
      // A text that no database can hold is refused as such, wherever it stands.
      if (status === 422) expect(body.errors[0].path).toBe('email');
      else expect([part, status, body.code, body.errors[0].path]).toEqual([part, 400, 'invalid', path]);
    }
    const common = await post({ ...ada, password: 'QwertyQwerty', token });
    expect([common.status, common.body.code, common.body.errors[0].path]).toEqual([
      422,
      'unprocessable',
      'password',
    ]);
    expect((await visitor(api).call('GET', '/owner')).body).toEqual({ exists: false });
    expect((await post({ ...ada, password: 'twelve chars', token })).status).toBe(201);
  });

  it('S-32 refuses a page of another site, even one that knows the token', async () => {
    const foreign = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      expect((await post({ ...ada, token }, headers as Record<string, string>)).status).toBe(403);
    }
    expect((await visitor(api).call('GET', '/owner')).body).toEqual({ exists: false });
  });
});

describe('ownerToken()', () => {
  it('is the same on every manager of an installation, and another for every secret', () => {
    expect(ownerToken('a')).toBe(ownerToken('a'));
    expect(ownerToken('a')).not.toBe(ownerToken('b'));
    expect(ownerToken('a')).toMatch(/^[0-9A-Za-z_-]{43}$/);
  });
});
