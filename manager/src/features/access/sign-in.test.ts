import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestApi, createTestApp, type TestApi } from '../../../test/support/api.ts';
import { ada, cookieOf, createOwner, ownPage, signIn, visitor } from '../../../test/support/visitor.ts';
import { accounts, sessions } from '../../platform/database/index.ts';
import { networkOf } from './networks.ts';
import { passwordHashing } from './password-hashing.ts';

let api: TestApi;
let lastAddress = 0;
let lastNetwork = 0;
/** Nobody here shares a delay with somebody from another test. */
const somebody = () => {
  lastAddress += 1;
  return visitor(api, `198.51.${lastAddress >> 8}.${lastAddress & 255}`);
};
/** Stands still within a test: a slow machine may take longer to judge attempts than the refusal lasts that they lead to. */
let clock = new Date();
beforeAll(async () => {
  api = await createTestApi(() => clock);
  await createOwner(api);
});
beforeEach(() => {
  clock = new Date();
});
afterAll(() => api.close());

const { email, password } = ada;

/** Guesses at the owner's password, each time from a network where nobody has been before. */
function strangersAt(of: Pick<TestApi, 'app'>): () => Promise<void> {
  return async () => {
    lastNetwork += 1;
    const stranger = visitor(of, `2001:db8:${lastNetwork.toString(16)}::1`);
    expect((await stranger.call('POST', '/session', { email, password: 'a guess' })).status).toBe(401);
  };
}

describe('POST /session', () => {
  it('signs in with the e-mail address in any case, and answers a session that is good', async () => {
    const { status, body, cookies, headers } = await somebody().call('POST', '/session', {
      email: ' ADA@example.COM',
      password,
    });
    expect([status, body.user.email]).toEqual([201, email]);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(JSON.stringify(body)).not.toContain(cookieOf(cookies).split('=')[1]?.split('.')[0]);
    const session = await somebody().call('GET', '/session', undefined, { cookie: cookieOf(cookies) });
    expect(session.body.user).toEqual(body.user);
  });

  it('S-33 says the same in the same time to an unknown e-mail address and to a wrong password', async () => {
    const timed = async (attempt: object) => {
      const startedAt = performance.now();
      const { status, body, cookies } = await somebody().call('POST', '/session', attempt);
      expect([status, cookies]).toEqual([401, []]);
      const { id, ...said } = body;
      expect(id).toBeTruthy(); // Every refusal has one of its own.
      return { said, ms: performance.now() - startedAt };
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const one = await timed({ email, password: 'not the password' });
      const other = await timed({ email: `nobody-${round}@example.com`, password: 'not the password' });
      expect(one.said).toEqual(other.said);
      known.push(one.ms);
      unknown.push(other.ms);
    }
    const fastest = (values: readonly number[]) => Math.min(...values);
    expect(fastest(known)).toBeGreaterThan(245);
    expect(Math.abs(fastest(known) - fastest(unknown))).toBeLessThan(60);
  });

  it('S-33 slows a network down at an account after a few failures, but never locks the account', async () => {
    const guesser = somebody();
    const failed = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      failed.push(await guesser.call('POST', '/session', { email, password: 'wrong again' }));
    }
    expect(failed.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    const { status, body, headers } = await guesser.call('POST', '/session', {
      email,
      password: 'wrong again',
    });
    expect([status, body.code, headers.get('retry-after')]).toEqual([429, 'rate_limited', '1']);
    expect((await somebody().call('POST', '/session', { email, password })).status).toBe(201);
  });

  it('S-33 lets the owner in from a new network while others guess from networks without end', async () => {
    const guess = strangersAt(api);
    await Promise.all(Array.from({ length: 20 }, guess));
    let isOver = false;
    const loop = async () => {
      while (!isOver) await guess();
    };
    const guessing = [loop(), loop()];
    const { status } = await somebody().call('POST', '/session', { email, password });
    isOver = true;
    await Promise.all(guessing);
    expect(status).toBe(201);
  }, 30_000);

  it('S-33 knows the usual network of somebody also in a process that has just started', async () => {
    expect(
      (await visitor(api, '2001:db8:aaaa:1::7').call('POST', '/session', { email, password })).status,
    ).toBe(201);
    const { app, access } = createTestApp(api.database);
    const guess = strangersAt({ app });
    await Promise.all(Array.from({ length: 20 }, guess));
    // They wait for each other, which takes some seconds.
    const guessing = [guess(), guess(), guess()];
    const startedAt = performance.now();
    const home = visitor({ app }, '2001:db8:aaaa:1::9');
    expect((await home.call('POST', '/session', { email, password })).status).toBe(201);
    expect(performance.now() - startedAt).toBeLessThan(1_900);
    await Promise.all(guessing);
    const { begunFrom } = access.sessions;
    expect(await begunFrom(email, networkOf('2001:db8:aaaa:2::9'))).toBe(false);
    expect(await begunFrom('nobody@example.com', networkOf('2001:db8:aaaa:1::7'))).toBe(false);
  }, 30_000);

  it('S-33 lets no more through at once than one after the other', async () => {
    const guesser = somebody();
    const attempts = Array.from({ length: 12 }, () =>
      guesser.call('POST', '/session', { email: 'rushed@example.com', password: 'wrong again' }),
    );
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401).length).toBe(5);
    expect(statuses.filter((status) => status === 429).length).toBe(7);
  });

  it('S-30 keeps passwords as argon2id with 19 MiB, two passes and one lane', async () => {
    const [account] = await api.database.read
      .select()
      .from(accounts)
      .where(eq(accounts.providerId, 'credential'));
    expect(account?.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('S-30 computes two hashes at once, lets twenty wait, and answers 429 to more', async () => {
    const attempts = Array.from({ length: 40 }, (_, index) =>
      somebody().call('POST', '/session', {
        email: `crowd-${index}@example.com`,
        password: 'one of a crowd',
      }),
    );
    const answers = await Promise.all(attempts);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThanOrEqual(22);
    expect(answers.every(({ status }) => status === 401 || status === 429)).toBe(true);
    expect((await somebody().call('POST', '/session', { email, password })).status).toBe(201);
  });

  it('takes a password that is typed in other characters of the same look', async () => {
    const composed = 'caf\u00e9 au lait, s\u2019il vous plait';
    const [account] = await api.database.read.select().from(accounts);
    const before = account?.password ?? '';
    await api.database.read.update(accounts).set({ password: await passwordHashing().hash(composed) });
    const typed = { email, password: composed.normalize('NFD') };
    expect((await somebody().call('POST', '/session', typed)).status).toBe(201);
    await api.database.read.update(accounts).set({ password: before });
  });

  it('S-32 refuses to sign a browser in for another site', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const answer = await somebody().call(
        'POST',
        '/session',
        { email, password },
        headers as Record<string, string>,
      );
      expect([answer.status, answer.cookies]).toEqual([403, []]);
    }
    expect((await somebody().call('POST', '/session', { email, password }, ownPage)).status).toBe(201);
  });

  it('S-31 ends the session that the browser had before', async () => {
    const before = await signIn(api);
    const after = await somebody().call('POST', '/session', { email, password }, { cookie: before });
    expect(after.status).toBe(201);
    expect((await somebody().call('GET', '/session', undefined, { cookie: before })).status).toBe(401);
    const cookie = cookieOf(after.cookies);
    expect((await somebody().call('GET', '/session', undefined, { cookie })).status).toBe(200);
  });

  it('S-31 begins no session where all of them were ended while the sign-in was judged', async () => {
    const openBefore = await api.database.read.select({ id: sessions.id }).from(sessions);
    // What another request commits between the judgement and the session.
    await api.asOwner(`
      CREATE FUNCTION overtake() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN UPDATE users SET session_epoch = session_epoch + 1 WHERE id = NEW.user_id; RETURN NEW; END $$`);
    await api.asOwner(
      'CREATE TRIGGER overtake BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION overtake()',
    );
    try {
      const { status, cookies } = await somebody().call('POST', '/session', { email, password });
      expect([status, cookies]).toEqual([401, []]);
    } finally {
      await api.asOwner('DROP FUNCTION overtake CASCADE');
    }
    const open = await api.database.read.select({ id: sessions.id }).from(sessions);
    expect(open.length).toBeLessThanOrEqual(openBefore.length);
    expect((await somebody().call('POST', '/session', { email, password })).status).toBe(201);
  });

  it('S-31 begins no session for somebody whose account is gone', async () => {
    const user = { id: '00000000-0000-4000-8000-000000000000', name: 'Gone', email: 'gone@example.com' };
    const signingIn = api.access.signInAs({ user, sessionEpoch: 0 }, { address: '', userAgent: '' });
    await expect(signingIn).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('keeps the hundred sessions of a user that were used last', async () => {
    const [known] = await api.database.read.select().from(sessions);
    if (known === undefined) throw new Error('There is a session');
    await api.database.read.insert(sessions).values(
      Array.from({ length: 130 }, (_, index) => ({
        ...known,
        id: crypto.randomUUID(),
        token: `filler-${index}`,
      })),
    );
    const cookie = await signIn(api);
    expect((await api.database.read.select().from(sessions)).length).toBe(100);
    expect((await somebody().call('GET', '/session', undefined, { cookie })).status).toBe(200);
  });

  it('never makes a session of a body without the password', async () => {
    const odd = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          email: fc.oneof(fc.constantFrom(email, 'nobody@example.com'), fc.jsonValue()),
          password: fc.oneof(
            fc.string(),
            fc.jsonValue(),
            fc.constantFrom('', password.toUpperCase(), ` ${password}`, password.slice(0, -1), [password]),
          ),
          rememberMe: fc.boolean(),
          callbackURL: fc.webUrl(),
        },
        { requiredKeys: [] },
      ),
    );
    const before = (await api.database.read.select().from(sessions)).length;
    await fc.assert(
      fc.asyncProperty(odd, async (body) => {
        const { status, cookies } = await somebody().call('POST', '/session', JSON.stringify(body));
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
        expect(cookies).toEqual([]);
      }),
      { numRuns: 60 },
    );
    expect((await api.database.read.select().from(sessions)).length).toBe(before);
  });
});
