import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adminToken, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { ada, createOwner, ownPage, signIn, visitor } from '../../../test/support/visitor.ts';
import { accounts, auditEntries, sessions } from '../../platform/database/index.ts';

let api: TestApi;
let cookie: string;
beforeEach(async () => {
  api = await createTestApi();
  cookie = await createOwner(api);
});
afterEach(() => api.close());

const { email } = ada;
const password = 'another note on the engine';
const admin = { authorization: `Bearer ${adminToken}` };
const put = (body: unknown, headers: Record<string, string> = admin) =>
  visitor(api).call('PUT', '/owner/password', body, headers);

describe('PUT /owner/password', () => {
  it('sets a new password, ends every session of that user, and records who did it but no secret', async () => {
    const other = await signIn(api);
    const told: string[] = [];
    api.access.sessions.onEnd((id) => told.push(id));
    expect((await put({ email: ' ADA@example.com', password })).status).toBe(204);
    for (const each of [cookie, other]) {
      expect((await visitor(api).call('GET', '/session', undefined, { cookie: each })).status).toBe(401);
    }
    expect(told.length).toBe(2);
    const attempt = (text: string) => visitor(api).call('POST', '/session', { email, password: text });
    expect((await attempt(ada.password)).status).toBe(401);
    expect((await attempt(password)).status).toBe(201);
    const entry = (await api.database.read.select().from(auditEntries)).at(-1);
    expect(entry).toMatchObject({ actor: 'admin-token', action: 'user.reset-password', entityKey: email });
    expect(JSON.stringify(entry)).not.toMatch(/argon2|another note/);
  });

  it('gives a password to a user whose own is gone', async () => {
    await api.database.read.delete(accounts);
    expect((await put({ email, password })).status).toBe(204);
    expect((await visitor(api).call('POST', '/session', { email, password })).status).toBe(201);
  });

  it('refuses everybody but the admin token, also who has a session', async () => {
    expect((await put({ email, password }, {})).status).toBe(401);
    expect((await put({ email, password }, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await put({ email, password }, { cookie, ...ownPage })).status).toBe(403);
    expect((await api.database.read.select().from(sessions)).length).toBe(1);
  });

  it('changes nothing for an unknown e-mail address or a password that is too short or much used (S-30)', async () => {
    expect((await put({ email: 'eve@example.com', password })).body.code).toBe('not_found');
    expect((await put({ email, password: 'short' })).status).toBe(400);
    expect((await put({ email, password: 'password1234' })).body.code).toBe('unprocessable');
    expect((await api.database.read.select().from(sessions)).length).toBe(1);
  });
});
