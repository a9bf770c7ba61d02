import { createHash } from 'node:crypto';
import type { BetterAuthOptions, DBTransactionAdapter } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { hashedSessionTokens } from './hashed-session-tokens.ts';

interface Row {
  readonly id: string;
  readonly token: string;
  readonly userId: string;
}

const options: BetterAuthOptions = { logger: { disabled: true } };
const digest = (token: string) => createHash('sha256').update(token).digest('hex');
const byToken = (value: string | string[], operator: 'eq' | 'in' = 'eq') => [
  { field: 'token', value, operator },
];

let stored: Record<string, Row[]>;
let adapter: ReturnType<ReturnType<typeof hashedSessionTokens>>;
beforeEach(() => {
  stored = { user: [], session: [], account: [], verification: [] };
  adapter = hashedSessionTokens(memoryAdapter(stored))(options);
});

const create = (token: string, userId = 'ada', to: DBTransactionAdapter = adapter) =>
  to.create<Omit<Row, 'id'>, Row>({
    model: 'session',
    data: {
      token,
      userId,
      expiresAt: new Date(0),
      createdAt: new Date(0),
      updatedAt: new Date(0),
    } as Omit<Row, 'id'>,
  });
const tokensStored = () => stored.session?.map(({ token }) => token);

describe('hashedSessionTokens()', () => {
  it('stores digests, and gives back the token that was asked for', async () => {
    expect((await create('one')).token).toBe('one');
    expect(tokensStored()).toEqual([digest('one')]);
    const found = await adapter.findOne<Row>({ model: 'session', where: byToken('one') });
    expect(found).toMatchObject({ token: 'one', userId: 'ada' });
    expect(await adapter.findOne({ model: 'session', where: byToken('two') })).toBeNull();
    expect(await adapter.findOne({ model: 'session', where: byToken(digest('one')) })).toBeNull();
  });

  it('finds, counts, changes and deletes by token', async () => {
    for (const token of ['one', 'two', 'three', 'four']) await create(token);
    const model = 'session';
    const some = await adapter.findMany<Row>({ model, where: byToken(['one', 'three', 'none'], 'in') });
    expect(some.map(({ token }) => token).sort()).toEqual(['one', 'three']);
    expect(await adapter.count({ model, where: byToken('two') })).toBe(1);
    const changed = await adapter.update<Row>({ model, where: byToken('two'), update: { userId: 'eve' } });
    expect(changed).toMatchObject({ token: 'two', userId: 'eve' });
    const renewed = await adapter.update<Row>({ model, where: byToken('two'), update: { token: 'new' } });
    expect(renewed?.token).toBe('new');
    expect(await adapter.updateMany({ model, where: byToken('new'), update: { userId: 'bob' } })).toBe(1);
    await adapter.delete({ model, where: byToken('one') });
    expect(await adapter.deleteMany({ model, where: byToken(['three', 'new'], 'in') })).toBe(2);
    expect((await adapter.consumeOne<Row>({ model, where: byToken('four') }))?.token).toBe('four');
    expect(tokensStored()).toEqual([]);
  });

  it('hashes within a transaction too', async () => {
    await adapter.transaction((tx) => create('one', 'ada', tx));
    expect(tokensStored()).toEqual([digest('one')]);
    const found = await adapter.transaction((tx) =>
      tx.findOne<Row>({ model: 'session', where: byToken('one') }),
    );
    expect(found?.token).toBe('one');
  });

  it('shows nothing that opens a session to whoever finds it otherwise', async () => {
    await create('one');
    const [found] = await adapter.findMany<Row>({
      model: 'session',
      where: [{ field: 'userId', value: 'ada' }],
    });
    expect(found?.token).toBe(digest('one'));
  });

  it('leaves all that is no session alone', async () => {
    await adapter.create({
      model: 'verification',
      data: { identifier: 'token', value: 'plain', expiresAt: new Date(0) },
    });
    expect(stored.verification).toMatchObject([{ identifier: 'token', value: 'plain' }]);
  });

  it('never stores a token as it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1 }), async (token) => {
        await create(token);
        expect(tokensStored()).not.toContain(token);
        expect((await adapter.findOne<Row>({ model: 'session', where: byToken(token) }))?.token).toBe(token);
      }),
      { numRuns: 100 },
    );
  });
});
