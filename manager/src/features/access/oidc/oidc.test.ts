import { inspect } from 'node:util';
import type { signInErrors } from '@fauna-flags/protocol';
import { and, eq, like } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '../../../../test/support/api.ts';
import {
  type Forgery,
  type IdentityProvider,
  startIdentityProvider,
} from '../../../../test/support/identity-provider.ts';
import { ada, cookieOf, createOwner, visitor } from '../../../../test/support/visitor.ts';
import { accounts, auditEntries, sessions, users } from '../../../platform/database/index.ts';
import { noTrustedProxies } from '../../../platform/http/index.ts';

const url = 'https://flags.example.com';
const callback = '/sign-in/oidc/callback';
const placement = { url, trustedProxies: noTrustedProxies };

let provider: IdentityProvider;
let api: TestApi;
let clock = new Date();
beforeAll(async () => {
  provider = await startIdentityProvider({ redirectUri: `${url}/api/v1${callback}` });
  api = await open(provider);
  await createOwner(api);
});
afterAll(async () => {
  await api.close();
  await provider.close();
});
beforeEach(async () => {
  clock = new Date();
  provider.people.clear();
  provider.people.set('ada', { email: ' Ada@Example.com', email_verified: true, name: 'Ada' });
  await api.database.read.delete(accounts).where(like(accounts.providerId, 'http%'));
  provider.requests.length = 0;
  api.logged.length = 0;
});

function open({ issuer, clientId, clientSecret }: Omit<IdentityProvider, 'visit'>): Promise<TestApi> {
  return createTestApi(() => clock, placement, { issuer, clientId, clientSecret, name: 'Example ID' });
}

/** Begins at the dashboard; answers where the browser is sent, and the cookie that it was given. */
async function begin(next = '/', at = api) {
  const answer = await visitor(at).call('GET', `/sign-in/oidc?next=${encodeURIComponent(next)}`);
  expect(answer.status).toBe(302);
  return {
    location: answer.headers.get('location') ?? '',
    cookie: cookieOf(answer.cookies),
    cookies: answer.cookies,
  };
}

/** Comes back from the provider. */
async function comeBack(search: string, cookie = '', at = api) {
  const answer = await visitor(at).call('GET', `${callback}${search}`, undefined, { cookie });
  return { ...answer, location: answer.headers.get('location') };
}

/** The whole way of somebody whom the provider knows under this name. */
async function signInAs(name: string, next = '/', at = api) {
  const { location, cookie } = await begin(next, at);
  const { search } = await provider.visit(location, name);
  return { ...(await comeBack(search, cookie, at)), search, flow: cookie };
}

const linked = () =>
  api.database.read.select().from(accounts).where(eq(accounts.providerId, provider.issuer));
const sessionOf = (cookies: readonly string[]) =>
  cookieOf(cookies.filter((cookie) => cookie.startsWith('__Host-fauna_session=')));
const openSessions = async () => (await api.database.read.select().from(sessions)).length;

/** Whatever went wrong, nobody is signed in, and the sign-in page gets a code that it knows. */
function expectRefusal(answer: Awaited<ReturnType<typeof comeBack>>, error: (typeof signInErrors)[number]) {
  expect([answer.status, answer.location]).toEqual([302, `/sign-in?error=${error}`]);
  expect(sessionOf(answer.cookies)).toBe('');
}

describe('GET /sign-in', () => {
  it('tells strangers which ways in there are', async () => {
    expect((await visitor(api).call('GET', '/sign-in')).body).toEqual({
      password: true,
      oidc: { name: 'Example ID' },
    });
  });

  it('tells of no provider where none is set up, and leads to none', async () => {
    const plain = await createTestApi(undefined, placement);
    try {
      expect((await visitor(plain).call('GET', '/sign-in')).body).toEqual({ password: true, oidc: null });
      for (const path of ['/sign-in/oidc', callback]) {
        const { status, body } = await visitor(plain).call('GET', path);
        expect([status, body.code]).toEqual([404, 'not_found']);
      }
    } finally {
      await plain.close();
    }
  });
});

describe('GET /sign-in/oidc', () => {
  it('S-33 sends to the provider with PKCE, state and nonce, and to exactly one address back', async () => {
    const { location, cookies } = await begin();
    const asked = new URL(location);
    expect(asked.origin + asked.pathname).toBe(`${provider.issuer}/auth`);
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      client_id: 'fauna',
      response_type: 'code',
      scope: 'openid email profile',
      redirect_uri: `${url}/api/v1${callback}`,
      code_challenge: expect.stringMatching(/^[0-9A-Za-z_-]{43}$/),
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[0-9A-Za-z_-]{43}$/),
      nonce: expect.stringMatching(/^[0-9A-Za-z_-]{43}$/),
    });
    expect(cookies.length).toBe(1);
    expect(cookies[0]).toMatch(
      /^__Host-fauna_oidc=[0-9A-Za-z_-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    for (const secret of ['state', 'nonce']) {
      const text = Buffer.from(cookies[0] ?? '', 'base64url').toString('latin1');
      expect(text).not.toContain(asked.searchParams.get(secret));
    }
  });
});

describe('GET /sign-in/oidc/callback', () => {
  it('S-33 signs in who has an account under a verified e-mail address, and goes where they wanted to', async () => {
    const { status, location, cookies, headers } = await signInAs('ada', '/projects/shop?tab=flags');
    expect([status, location]).toEqual([302, '/projects/shop?tab=flags']);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(cookies).toContain('__Host-fauna_oidc=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure');
    const session = await visitor(api).call('GET', '/session', undefined, { cookie: sessionOf(cookies) });
    expect([session.status, session.body.user.email]).toEqual([200, ada.email]);
    expect(await linked()).toMatchObject([{ accountId: 'ada', password: null }]);
    const [entry] = (await api.database.read.select().from(auditEntries)).slice(-1);
    expect(entry).toMatchObject({
      action: 'user.link-provider',
      actor: ada.email,
      entityKey: ada.email,
      after: { issuer: provider.issuer },
    });
  });

  it('S-31 ends the session that the browser had before', async () => {
    const before = await signInAs('ada');
    const { location, cookie } = await begin();
    const { search } = await provider.visit(location, 'ada');
    const after = await comeBack(search, `${cookie}; ${sessionOf(before.cookies)}`);
    const get = (cookies: readonly string[]) =>
      visitor(api).call('GET', '/session', undefined, { cookie: sessionOf(cookies) });
    expect((await get(before.cookies)).status).toBe(401);
    expect((await get(after.cookies)).status).toBe(200);
  });

  it('S-33 knows somebody again by what the provider calls them, whatever their e-mail address is now', async () => {
    await signInAs('ada');
    provider.people.set('ada', { email: 'countess@example.com', email_verified: false });
    expect((await signInAs('ada')).location).toBe('/');
    expect((await linked()).length).toBe(1);
  });

  it('S-33 does not give an account away to who gets its e-mail address next', async () => {
    await signInAs('ada');
    provider.people.set('eve', { email: ada.email, email_verified: true });
    expectRefusal(await signInAs('eve'), 'no_account');
    expect((await linked()).map(({ accountId }) => accountId)).toEqual(['ada']);
  });

  it('S-33 does not believe an e-mail address that the provider does not vouch for', async () => {
    for (const unverified of [
      { email: ada.email, email_verified: false },
      { email: ada.email },
      { email: ada.email, email_verified: 'true' },
      {},
    ]) {
      provider.people.set('mallory', unverified);
      expectRefusal(await signInAs('mallory'), 'email_not_verified');
    }
    expect(await linked()).toEqual([]);
  });

  it('S-33 ends every other way into an account whose address nobody had verified', async () => {
    const at = new Date();
    const squatted = { name: 'Eve', email: 'boss@example.com' };
    const passwordHash = await api.access.accounts.hashNewPassword('waiting for the boss');
    const user = await api.access.accounts.insertUser(api.database.read, at, { ...squatted, passwordHash });
    const { setCookies } = await api.access.signInAs(
      { user, sessionEpoch: 0 },
      { address: '192.0.2.7', userAgent: '' },
    );
    const eve = cookieOf(setCookies);
    await api.must('POST', '/projects', { key: 'held', name: 'Held' });
    await api.must('POST', '/projects/held/members', { email: squatted.email, role: 'admin' });
    const asEve = { cookie: eve, origin: 'https://flags.example.com', 'sec-fetch-site': 'same-origin' };
    const invited = await visitor(api).call('POST', '/projects/held/invitations', { role: 'admin' }, asEve);
    expect(invited.status).toBe(201);
    const { token } = invited.body;
    provider.people.set('boss', { email: 'boss@example.com', email_verified: true, name: 'Boss' });
    const { cookies } = await signInAs('boss');
    const own = (cookie: string) => visitor(api).call('GET', '/session', undefined, { cookie });
    expect((await own(sessionOf(cookies))).body.user.id).toBe(user.id);
    expect((await own(eve)).status).toBe(401);
    expect((await visitor(api).call('POST', '/invitations/read', { token })).status).toBe(404);
    expect(await api.must('GET', '/projects/held/invitations')).toEqual({ items: [] });
    const guess = { email: 'boss@example.com', password: 'waiting for the boss' };
    expect((await visitor(api).call('POST', '/session', guess)).status).toBe(401);
  });

  it('S-33 makes no account for somebody who has none', async () => {
    provider.people.set('bob', { email: 'bob@example.com', email_verified: true });
    const before = await openSessions();
    expectRefusal(await signInAs('bob'), 'no_account');
    expect(await api.database.read.select().from(users).where(eq(users.email, 'bob@example.com'))).toEqual(
      [],
    );
    expect([await linked(), await openSessions()]).toEqual([[], before]);
  });

  it('S-33 makes an account for who is invited under their verified address, once, and leaves the invitation to them', async () => {
    await api.must('POST', '/projects', { key: 'shop', name: 'Shop' });
    await api.must('POST', '/projects/shop/invitations', { role: 'editor', email: 'grace@example.com' });
    await api.must('POST', '/projects/shop/invitations', { role: 'editor' });
    const name = ` Grace\u0000 \ud800Hopper ${'🦊'.repeat(150)}`;
    provider.people.set('grace', { email: 'Grace@example.com', email_verified: false, name });
    expectRefusal(await signInAs('grace'), 'email_not_verified');
    provider.people.set('grace', { email: 'Grace@example.com', email_verified: true, name });
    const flows = await Promise.all([begin(), begin()]);
    const searches = await Promise.all(flows.map(({ location }) => provider.visit(location, 'grace')));
    const answers = await Promise.all(
      flows.map(({ cookie }, index) => comeBack(searches[index]?.search ?? '', cookie)),
    );
    expect(answers.map(({ location }) => location)).toEqual(['/', '/']);
    const made = await api.database.read.select().from(users).where(eq(users.email, 'grace@example.com'));
    expect(made).toMatchObject([{ isOwner: false, emailVerified: true }]);
    expect(made[0]?.name).toMatch(/^Grace {3}Hopper 🦊{85}$/u);
    const [cookies = []] = answers.map((answer) => answer.cookies);
    const asGrace = { cookie: sessionOf(cookies) };
    expect((await visitor(api).call('GET', '/projects/shop', undefined, asGrace)).status).toBe(404);
    expect((await api.must('GET', '/projects/shop/invitations')).items.length).toBe(2);
    await api.database.read.delete(users).where(eq(users.email, 'grace@example.com'));
    clock = new Date(clock.getTime() + 100 * 24 * 3_600_000);
    expectRefusal(await signInAs('grace'), 'no_account');
  });

  it('links once when somebody comes twice at the same time', async () => {
    const flows = await Promise.all([begin(), begin()]);
    const searches = await Promise.all(flows.map(({ location }) => provider.visit(location, 'ada')));
    const answers = await Promise.all(
      flows.map(({ cookie }, index) => comeBack(searches[index]?.search ?? '', cookie)),
    );
    expect(answers.map(({ location }) => location)).toEqual(['/', '/']);
    expect((await linked()).length).toBe(1);
  });

  it('S-33 refuses an answer without the cookie, or with the one of another flow', async () => {
    const { location, cookie } = await begin();
    const other = await begin();
    const { search } = await provider.visit(location, 'ada');
    provider.requests.length = 0;
    expectRefusal(await comeBack(search), 'expired');
    expectRefusal(await comeBack(search, other.cookie), 'expired');
    expectRefusal(await comeBack(search, '__Host-fauna_oidc=AAAA'), 'expired');
    expectRefusal(await comeBack(search, `${cookie.slice(0, -4)}AAAA`), 'expired');
    expectRefusal(await comeBack('', cookie), 'expired');
    expect(provider.requests).toEqual([]);
  });

  it('S-33 refuses another state', async () => {
    const { location, cookie } = await begin();
    const { searchParams } = await provider.visit(location, 'ada');
    searchParams.set('state', `${searchParams.get('state')}x`);
    expectRefusal(await comeBack(`?${searchParams}`, cookie), 'expired');
  });

  it('S-33 goes on waiting for its own answer, whatever other pages send the browser here with', async () => {
    const { location, cookie } = await begin();
    const { search } = await provider.visit(location, 'ada');
    const strange = await comeBack('?state=made-up&error=access_denied', cookie);
    expectRefusal(strange, 'expired');
    expect(strange.cookies).toEqual([]);
    expect((await comeBack(search, cookie)).location).toBe('/');
  });

  it('S-33 refuses an answer that is shown a second time', async () => {
    const { search, flow, location } = await signInAs('ada');
    expect(location).toBe('/');
    expectRefusal(await comeBack(search, flow), 'expired');
  });

  it('S-33 refuses an ID token that was made for another flow', async () => {
    const { location, cookie } = await begin();
    const asked = new URL(location);
    asked.searchParams.set('nonce', 'the nonce of somebody else');
    const { search } = await provider.visit(asked.href, 'ada');
    expectRefusal(await comeBack(search, cookie), 'failed');
    expect(inspect(api.logged)).toContain('nonce');
  });

  it('S-33 refuses a code that was asked for with another PKCE challenge', async () => {
    const { location, cookie } = await begin();
    const asked = new URL(location);
    asked.searchParams.set('code_challenge', 'A'.repeat(43));
    const { search } = await provider.visit(asked.href, 'ada');
    expectRefusal(await comeBack(search, cookie), 'expired');
  });

  it('S-33 refuses an answer in the name of another issuer', async () => {
    const { location, cookie } = await begin();
    const { searchParams } = await provider.visit(location, 'ada');
    expect(searchParams.get('iss')).toBe(provider.issuer);
    searchParams.set('iss', 'https://evil.example');
    expectRefusal(await comeBack(`?${searchParams}`, cookie), 'failed');
  });

  it('S-33 takes no ID token that is not signed, not its own, of another issuer, for others, or over', async () => {
    const now = Math.floor(Date.now() / 1000);
    const forgeries: Forgery[] = [
      { signature: 'none' },
      { signature: 'stranger' },
      { claims: { iss: 'https://evil.example' } },
      { claims: { aud: 'another client' } },
      { claims: { aud: ['fauna', 'another client'], azp: 'another client' } },
      { claims: { exp: now - 31 } },
      { claims: { nonce: undefined } },
    ];
    try {
      provider.forge({});
      expect((await signInAs('ada')).location).toBe('/');
      for (const forgery of forgeries) {
        provider.forge(forgery);
        expectRefusal(await signInAs('ada'), 'failed');
      }
    } finally {
      provider.forge(undefined);
    }
  });

  it('S-33 refuses an answer that comes too late', async () => {
    const { location, cookie } = await begin();
    const { search } = await provider.visit(location, 'ada');
    clock = new Date(clock.getTime() + 10 * 60_000);
    expectRefusal(await comeBack(search, cookie), 'expired');
  });

  it('says so when the person has refused, and makes nothing of an error that somebody else has written', async () => {
    const { location, cookie } = await begin();
    const { search } = await provider.visit(location, 'ada', 'refuse');
    expect(search).toContain('error=access_denied');
    expectRefusal(await comeBack(search, cookie), 'denied');
    const again = await begin();
    const state = new URL(again.location).searchParams.get('state');
    const made = new URLSearchParams({
      state: state ?? '',
      iss: provider.issuer,
      error: '<script>',
      error_description: 'call 555-1234',
    });
    const answer = await comeBack(`?${made}`, again.cookie);
    expectRefusal(answer, 'failed');
  });

  it('never leads to another site, whatever was asked for', async () => {
    for (const next of ['//evil.example', 'https://evil.example', '/\\evil.example', '/.//evil.example']) {
      expect((await signInAs('ada', next)).location).toBe('/');
    }
  });

  it('does not ask for a second factor of ours: the provider vouches', async () => {
    const [user] = await api.database.read.select().from(users);
    await api.database.pool.query(
      `INSERT INTO two_factors (user_id, sealed_secret, confirmed_at, recovery_digests, created_at) VALUES ($1, 'x', now(), '[]', now())`,
      [user?.id],
    );
    try {
      expect((await signInAs('ada')).location).toBe('/');
    } finally {
      await api.database.pool.query('DELETE FROM two_factors');
    }
  });

  it('writes no code, token, secret or address of a person into the log', async () => {
    const { search, flow } = await signInAs('ada');
    await comeBack(search, flow);
    provider.people.set('mallory', { email: 'mallory@example.com', email_verified: false });
    await signInAs('mallory');
    const log = inspect(api.logged, { depth: 8 });
    expect(log).toContain('expired');
    expect(log).toContain('email_not_verified');
    const code = new URLSearchParams(search).get('code') ?? '';
    for (const secret of [code, flow, provider.clientSecret, 'mallory@example.com', 'eyJ'])
      expect(log).not.toContain(secret);
  });
});

describe('a provider', () => {
  it('may be away when Fauna starts and at a sign-in, and is asked again later', async () => {
    const away = await open(provider);
    await createOwner(away);
    await provider.close();
    try {
      const refused = await begin('/projects', away);
      expect(refused.location).toBe('/sign-in?error=unavailable&next=%2Fprojects');
      expect(refused.cookies).toEqual([]);
      await provider.open();
      // It is not asked at every request of a stranger, but soon.
      expect((await begin('/', away)).location).toBe('/sign-in?error=unavailable');
      clock = new Date(clock.getTime() + 2_000);
      const { location, cookie } = await begin('/', away);
      const { search } = await provider.visit(location, 'ada');
      await provider.close();
      expectRefusal(await comeBack(search, cookie, away), 'unavailable');
      await provider.open();
      expect((await signInAs('ada', '/', away)).location).toBe('/');
    } finally {
      await away.close();
    }
  });

  it('must call itself what it is called in the settings', async () => {
    const other = await open({ ...provider, issuer: provider.issuer.replace('127.0.0.1', 'localhost') });
    try {
      expect((await begin('/', other)).location).toBe('/sign-in?error=failed');
    } finally {
      await other.close();
    }
  });

  it('refuses Fauna without its secret, and nobody is signed in', async () => {
    const wrong = await open({ ...provider, clientSecret: 'another secret' });
    await createOwner(wrong);
    try {
      const { location, cookie } = await begin('/', wrong);
      const { search } = await provider.visit(location, 'ada');
      expectRefusal(await comeBack(search, cookie, wrong), 'failed');
    } finally {
      await wrong.close();
    }
  });

  it('may put the e-mail address into the ID token, and want the secret in the body', async () => {
    const redirectUri = `${url}/api/v1${callback}`;
    const other = await startIdentityProvider({
      redirectUri,
      claimsInIdToken: true,
      tokenEndpointAuth: 'client_secret_post',
    });
    other.people.set('ada', { email: ada.email, email_verified: true });
    const there = await open(other);
    await createOwner(there);
    try {
      const { location, cookie } = await begin('/', there);
      const { search } = await other.visit(location, 'ada');
      expect((await comeBack(search, cookie, there)).location).toBe('/');
      expect(other.requests).not.toContain('GET /me');
    } finally {
      await there.close();
      await other.close();
    }
  });

  it('is found apart from others: each has its own people', async () => {
    await signInAs('ada');
    const own = and(eq(accounts.accountId, 'ada'), eq(accounts.providerId, provider.issuer));
    await api.database.read.update(accounts).set({ providerId: 'https://other.example' }).where(own);
    provider.people.set('ada', { email: 'somebody-else@example.com', email_verified: true });
    expectRefusal(await signInAs('ada'), 'no_account');
  });
});
