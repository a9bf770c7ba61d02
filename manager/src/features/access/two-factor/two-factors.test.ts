import { inspect } from 'node:util';
import { eq, gt, max } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApi, createTestApp, type TestApi } from '../../../../test/support/api.ts';
import { authenticator } from '../../../../test/support/authenticator.ts';
import { ada, cookieOf, createOwner, ownPage, signIn, visitor } from '../../../../test/support/visitor.ts';
import { auditEntries, twoFactors, users } from '../../../platform/database/index.ts';

const { email, password } = ada;
let api: TestApi;
/** Moves in the tests' hands: a code of one half minute is another's past. */
let clock = new Date();
let cookie = '';
let lastEntry: { readonly id: number | null } | undefined;

const later = (ms: number) => {
  clock = new Date(clock.getTime() + ms);
};
const halfMinute = 30_000;
const ask = (method: string, path: string, body?: unknown, as = cookie) =>
  visitor(api).call(method, path, body, { cookie: as, ...ownPage });
const signInWith = (code?: string, from = visitor(api)) =>
  from.call('POST', '/session', { email, password, ...(code === undefined ? {} : { code }) });
/** What the test has left in the audit trail. */
const actions = async () => {
  const entries = await api.database.read
    .select({ action: auditEntries.action })
    .from(auditEntries)
    .where(gt(auditEntries.id, lastEntry?.id ?? 0))
    .orderBy(auditEntries.id);
  return entries.map(({ action }) => action);
};

/** Sets a second factor up and confirms it; answers the app and the recovery codes. */
async function enable() {
  const { body } = await ask('POST', '/account/two-factor', { password });
  const app = authenticator(body.uri);
  const confirmed = await ask('POST', '/account/two-factor/confirm', { code: app(clock) });
  expect(confirmed.status).toBe(200);
  cookie = cookieOf(confirmed.cookies);
  later(halfMinute);
  return { app, recoveryCodes: confirmed.body.recoveryCodes as string[] };
}

beforeAll(async () => {
  api = await createTestApi(() => clock);
  await createOwner(api);
});
beforeEach(async () => {
  await api.database.read.delete(twoFactors);
  // What has failed in the test before is forgiven by now, and its sessions have run out.
  later(25 * 3_600_000);
  cookie = await signIn(api);
  [lastEntry] = await api.database.read.select({ id: max(auditEntries.id) }).from(auditEntries);
  api.logged.length = 0;
});
afterAll(() => api.close());

describe('POST /account/two-factor', () => {
  it('wants the password again, and says what an app must know', async () => {
    const refused = await ask('POST', '/account/two-factor', { password: 'not the password' });
    expect([refused.status, refused.body.errors]).toEqual([
      422,
      [{ path: 'password', message: 'is wrong, or this account has none' }],
    ]);
    const { status, body } = await ask('POST', '/account/two-factor', { password });
    expect(status).toBe(201);
    expect(body.secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(body.uri).toBe(
      `otpauth://totp/Fauna:ada%40example.com?secret=${body.secret}&issuer=Fauna&algorithm=SHA1&digits=6&period=30`,
    );
  });

  it('changes nothing for the sign-in until a code has confirmed it', async () => {
    await ask('POST', '/account/two-factor', { password });
    expect((await ask('GET', '/account/two-factor')).body).toEqual({ enabled: false, recoveryCodesLeft: 0 });
    expect((await signInWith()).status).toBe(201);
  });

  it('slows down whoever guesses the password with a session that they have found', async () => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect((await ask('POST', '/account/two-factor', { password: 'a guess' })).status).toBe(422);
    }
    expect((await ask('POST', '/account/two-factor', { password })).status).toBe(429);
  });

  it('does not replace a second factor that is in use', async () => {
    await enable();
    const { status, body } = await ask('POST', '/account/two-factor', { password });
    expect([status, body.code]).toEqual([422, 'unprocessable']);
  });

  it('keeps the secret sealed, and recovery codes as digests', async () => {
    const { body } = await ask('POST', '/account/two-factor', { password });
    const { recoveryCodes } = await (async () => {
      const code = authenticator(body.uri)(clock);
      return (await ask('POST', '/account/two-factor/confirm', { code })).body;
    })();
    const { rows } = await api.database.pool.query('SELECT * FROM two_factors');
    const [row] = await api.database.read.select().from(twoFactors);
    const stored = JSON.stringify(rows) + Buffer.from(row?.sealedSecret ?? []).toString('latin1');
    for (const secret of [
      body.secret,
      ...recoveryCodes,
      ...recoveryCodes.map((each: string) => each.replaceAll('-', '')),
    ])
      expect(stored).not.toContain(secret);
  });
});

describe('POST /account/two-factor/confirm', () => {
  it('refuses a wrong code, and one where nothing was set up', async () => {
    expect((await ask('POST', '/account/two-factor/confirm', { code: '123456' })).status).toBe(422);
    const { body } = await ask('POST', '/account/two-factor', { password });
    const code = authenticator(body.uri)(new Date(clock.getTime() + 10 * halfMinute));
    const refused = await ask('POST', '/account/two-factor/confirm', { code });
    expect([refused.status, refused.body.errors[0].path]).toEqual([422, 'code']);
    expect((await ask('GET', '/account/two-factor')).body.enabled).toBe(false);
  });

  it('answers ten recovery codes, and leaves a trace without any of them', async () => {
    const { recoveryCodes } = await enable();
    expect(recoveryCodes.length).toBe(10);
    expect(new Set(recoveryCodes).size).toBe(10);
    for (const code of recoveryCodes) expect(code).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/);
    expect((await ask('GET', '/account/two-factor')).body).toEqual({ enabled: true, recoveryCodesLeft: 10 });
    const trail = await api.database.read.select().from(auditEntries);
    expect(trail.at(-1)).toMatchObject({
      action: 'user.enable-two-factor',
      actor: email,
      entityKind: 'user',
      entityKey: email,
    });
    for (const code of recoveryCodes) expect(JSON.stringify(trail)).not.toContain(code);
  });

  it('S-31 ends every session of the user, and gives this browser a new one', async () => {
    const other = await signIn(api);
    const before = cookie;
    await enable();
    expect(cookie).not.toBe(before);
    expect((await ask('GET', '/session', undefined, before)).status).toBe(401);
    expect((await ask('GET', '/session', undefined, other)).status).toBe(401);
    expect((await ask('GET', '/session')).status).toBe(200);
  });
});

describe('POST /session with a second factor', () => {
  it('S-33 asks for the code only after the right password, and then says so', async () => {
    const { app } = await enable();
    const wrong = await visitor(api).call('POST', '/session', {
      email,
      password: 'not it',
      code: app(clock),
    });
    expect([wrong.status, wrong.body.code]).toEqual([401, 'unauthorized']);
    const none = await signInWith();
    expect([none.status, none.body.code, none.cookies]).toEqual([401, 'two_factor_required', []]);
    const good = await signInWith(app(clock));
    expect(good.status).toBe(201);
    expect((await ask('GET', '/session', undefined, cookieOf(good.cookies))).status).toBe(200);
  });

  it('S-33 takes a code once, also when two managers are shown it at the same time', async () => {
    const { app } = await enable();
    const managers = [
      api,
      createTestApp(api.database, { now: () => clock }),
      createTestApp(api.database, { now: () => clock }),
    ];
    const code = app(clock);
    const answers = await Promise.all(managers.map((manager) => signInWith(code, visitor(manager))));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 401, 401]);
    expect((await signInWith(code)).body.code).toBe('two_factor_required');
    for (const { live } of managers) live.close();
  });

  it('S-33 takes the code of the half minute before and after, but none that is older than the last one', async () => {
    const { app } = await enable();
    const at = (steps: number) => app(new Date(clock.getTime() + steps * halfMinute));
    later(4 * halfMinute);
    expect((await signInWith(at(-2))).status).toBe(401);
    expect((await signInWith(at(2))).status).toBe(401);
    expect((await signInWith(at(-1))).status).toBe(201);
    expect((await signInWith(at(1))).status).toBe(201);
    expect((await signInWith(at(0))).status).toBe(401);
  });

  it('S-33 takes a recovery code once, however it is typed, and leaves a trace', async () => {
    const { recoveryCodes } = await enable();
    const [code = '', next = ''] = recoveryCodes;
    const typed = ` ${code.toUpperCase().replaceAll('-', ' ')} `;
    const answers = await Promise.all([signInWith(typed), signInWith(code, visitor(api, '192.0.2.2'))]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 401]);
    expect((await ask('GET', '/account/two-factor')).body.recoveryCodesLeft).toBe(9);
    expect((await signInWith(next)).status).toBe(201);
    expect(await actions()).toEqual([
      'user.enable-two-factor',
      'user.use-recovery-code',
      'user.use-recovery-code',
    ]);
  });

  it('S-33 counts wrong codes against the sign-in delay, and right passwords without a code do not help', async () => {
    await enable();
    const guesser = visitor(api, '192.0.2.7');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect((await signInWith('000000', guesser)).body.code).toBe('two_factor_required');
      expect((await signInWith(undefined, guesser)).status).toBe(attempt < 4 ? 401 : 429);
    }
  });

  it('S-33 lets nobody try more codes than a few, from however many networks and managers', async () => {
    const { app } = await enable();
    const managers = [api, createTestApp(api.database, { now: () => clock })];
    let network = 0;
    const guess = (code = 'abcd-efgh') => {
      network += 1;
      const manager = managers[network % managers.length] ?? api;
      return signInWith(code, visitor(manager, `2001:db8:${network.toString(16)}::1`));
    };
    const answers = await Promise.all(Array.from({ length: 12 }, () => guess()));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([
      ...Array.from({ length: 5 }, () => 401),
      ...Array.from({ length: 7 }, () => 429),
    ]);
    const refused = await guess(app(clock));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    later(1_000);
    expect((await guess()).status).toBe(401);
    expect((await guess()).headers.get('retry-after')).toBe('2');
    // Very many in a row are no number that a database could not count with.
    await api.database.read.update(twoFactors).set({ tries: 1_000_000, triedAt: clock });
    expect((await guess()).headers.get('retry-after')).toBe('1024');
    later(1_024_000);
    expect((await guess(app(clock))).status).toBe(201);
    expect((await guess()).status).toBe(401);
    for (const { live } of managers) live.close();
  });

  it('S-33 says the same to a wrong password whether the account has a second factor or not', async () => {
    const before = await visitor(api).call('POST', '/session', { email, password: 'wrong' });
    await enable();
    const after = await visitor(api).call('POST', '/session', { email, password: 'wrong' });
    // Every answer has an id of its own, under which the log tells of it.
    expect({ ...after.body, id: before.body.id }).toEqual(before.body);
    expect(after.status).toBe(401);
  });

  it('says what has happened when FAUNA_SECRET is another one, and still takes recovery codes', async () => {
    const { app, recoveryCodes } = await enable();
    await api.database.read
      .update(twoFactors)
      .set({ sealedSecret: Buffer.from('sealed under another key, so long') });
    const refused = await signInWith(app(clock));
    expect([refused.status, refused.body.detail]).toEqual([
      422,
      'Cannot check a code of the app: FAUNA_SECRET has changed since it was set up. Use a recovery code',
    ]);
    expect((await signInWith(recoveryCodes[0])).status).toBe(201);
  });

  it('writes no code, secret or password into the log', async () => {
    const { app, recoveryCodes } = await enable();
    await signInWith(app(clock));
    await signInWith(recoveryCodes[0]);
    const log = inspect(api.logged, { depth: 8 });
    for (const secret of [password, app(clock), ...recoveryCodes]) expect(log).not.toContain(secret);
  });
});

describe('POST /account/two-factor/recovery-codes', () => {
  it('replaces the codes for whoever shows one, and ends the other sessions', async () => {
    const { app, recoveryCodes } = await enable();
    expect((await ask('POST', '/account/two-factor/recovery-codes', { code: '000000' })).status).toBe(422);
    const other = cookieOf((await signInWith(app(clock))).cookies);
    later(halfMinute);
    const { status, body, cookies } = await ask('POST', '/account/two-factor/recovery-codes', {
      code: app(clock),
    });
    expect([status, body.recoveryCodes.length]).toEqual([200, 10]);
    expect((await ask('GET', '/session', undefined, other)).status).toBe(401);
    expect((await ask('GET', '/session', undefined, cookieOf(cookies))).status).toBe(200);
    expect((await signInWith(recoveryCodes[0])).status).toBe(401);
    expect((await signInWith(body.recoveryCodes[0])).status).toBe(201);
  });

  it('is refused where there is no second factor', async () => {
    const { status, body } = await ask('POST', '/account/two-factor/recovery-codes', { code: '000000' });
    expect([status, body.code]).toEqual([422, 'unprocessable']);
  });
});

describe('DELETE /account/two-factor', () => {
  it('takes it away with the password or a code, and ends the other sessions', async () => {
    const withPassword = async () => ({ password });
    const withCode = async (app: (at: Date) => string) => ({ code: app(clock) });
    for (const proof of [withPassword, withCode]) {
      const { app } = await enable();
      const other = cookieOf((await signInWith(app(clock))).cookies);
      later(halfMinute);
      const gone = await ask('DELETE', '/account/two-factor', await proof(app));
      expect(gone.status).toBe(204);
      expect((await ask('GET', '/session', undefined, other)).status).toBe(401);
      cookie = cookieOf(gone.cookies);
      expect((await ask('GET', '/account/two-factor')).body).toEqual({
        enabled: false,
        recoveryCodesLeft: 0,
      });
      expect((await signInWith()).status).toBe(201);
    }
    expect(await actions()).toEqual([
      'user.enable-two-factor',
      'user.disable-two-factor',
      'user.enable-two-factor',
      'user.disable-two-factor',
    ]);
  });

  it('wants a proof', async () => {
    await enable();
    const answers = [
      await ask('DELETE', '/account/two-factor'),
      await ask('DELETE', '/account/two-factor', {}),
      await ask('DELETE', '/account/two-factor', { password: 'not it' }),
      await ask('DELETE', '/account/two-factor', { code: '000000' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 422, 422]);
    expect((await ask('GET', '/account/two-factor')).body.enabled).toBe(true);
  });

  it('is refused where there is none, and to API tokens', async () => {
    expect((await ask('DELETE', '/account/two-factor', { password })).status).toBe(422);
    expect((await api.call('DELETE', '/account/two-factor', { password })).status).toBe(401);
    expect((await api.call('GET', '/account/two-factor')).status).toBe(401);
  });
});

describe('DELETE /users/:user/two-factor', () => {
  it('lets whoever runs Fauna help somebody who has lost theirs, and ends their sessions', async () => {
    await enable();
    const [user] = await api.database.read.select().from(users).where(eq(users.email, email));
    const path = `/users/${user?.id}/two-factor`;
    const own = await ask('DELETE', path);
    expect([own.status, own.body.code]).toEqual([403, 'forbidden']);
    expect((await api.call('DELETE', path)).status).toBe(204);
    expect((await ask('GET', '/session')).status).toBe(401);
    expect((await signInWith()).status).toBe(201);
    const [entry] = (await api.database.read.select().from(auditEntries)).slice(-1);
    expect(entry).toMatchObject({
      action: 'user.take-two-factor-away',
      actor: 'admin-token',
      entityKey: email,
    });
    expect((await api.call('DELETE', path)).status).toBe(404);
    for (const nobody of ['nobody', '00000000-0000-4000-8000-000000000000'])
      expect((await api.call('DELETE', `/users/${nobody}/two-factor`)).status).toBe(404);
  });
});
