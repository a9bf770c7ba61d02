import type { BetterAuthOptions, DBAdapter, DBTransactionAdapter, Where } from 'better-auth';
import { secretDigest } from '../../platform/secret-digest.ts';

/*
 * better-auth keeps session tokens as they are. This stands between it and its adapter, and lets it believe so: on the
 * way in every token of a session becomes its SHA-256, on the way out the token that was asked for takes the place of its
 * digest. Tokens are 256 random bits, so that a fast digest without a salt is enough.
 *
 * A session that was found by something other than its token comes out with the digest in the token's place: enough to
 * tell sessions apart, and nothing that opens one.
 */

/** Makes an adapter that keeps the tokens of sessions as digests out of one that keeps them as they are. */
export function hashedSessionTokens(
  make: (options: BetterAuthOptions) => DBAdapter,
): (options: BetterAuthOptions) => DBAdapter {
  return (options) => {
    const adapter = make(options);
    return {
      ...hashing(adapter),
      // Left as it is, a transaction would hand out the adapter within.
      transaction: (work) => adapter.transaction((tx) => work(hashing(tx))),
    };
  };
}

function hashing(adapter: DBTransactionAdapter): DBTransactionAdapter {
  return {
    ...adapter,
    create: async (query) => reveal(query, await adapter.create(hide(query))),
    findOne: async (query) => reveal(query, await adapter.findOne(hide(query))),
    findMany: async <Row>(query: Parameters<DBAdapter['findMany']>[0]) =>
      (await adapter.findMany<Row>(hide(query))).map((row) => reveal(query, row)),
    count: (query) => adapter.count(hide(query)),
    update: async (query) => reveal(query, await adapter.update(hide(query))),
    updateMany: (query) => adapter.updateMany(hide(query)),
    delete: (query) => adapter.delete(hide(query)),
    deleteMany: (query) => adapter.deleteMany(hide(query)),
    consumeOne: async (query) => reveal(query, await adapter.consumeOne(hide(query))),
    incrementOne: async (query) => reveal(query, await adapter.incrementOne(hide(query))),
  };
}

/** The parts of the adapter's queries in which a token can stand. */
interface Query {
  readonly model: string;
  readonly where?: Where[] | undefined;
  readonly data?: object;
  readonly update?: object;
  readonly set?: object | undefined;
}

/** The query with digests where tokens stood. */
function hide<Asked extends Query>(query: Asked): Asked {
  if (query.model !== 'session') return query;
  const { where, data, update, set } = query;
  return {
    ...query,
    ...(where === undefined ? {} : { where: where.map(hideCondition) }),
    ...(data === undefined ? {} : { data: hideToken(data) }),
    ...(update === undefined ? {} : { update: hideToken(update) }),
    ...(set === undefined ? {} : { set: hideToken(set) }),
  };
}

function hideCondition(condition: Where): Where {
  if (condition.field !== 'token') return condition;
  const { value } = condition;
  if (Array.isArray(value)) return { ...condition, value: value.map((each) => secretDigest(`${each}`)) };
  return typeof value === 'string' ? { ...condition, value: secretDigest(value) } : condition;
}

function hideToken(row: object): object {
  return 'token' in row && typeof row.token === 'string' ? { ...row, token: secretDigest(row.token) } : row;
}

/** The row with the token that the query itself named in place of its digest. */
function reveal<Row>(query: Query, row: Row): Row {
  if (query.model !== 'session' || typeof row !== 'object' || row === null || !('token' in row)) return row;
  const token = tokensOf(query).find((named) => secretDigest(named) === row.token);
  return token === undefined ? row : { ...row, token };
}

function tokensOf({ where = [], data, update, set }: Query): string[] {
  const written = [data, update, set].map((row) =>
    row !== undefined && 'token' in row ? row.token : undefined,
  );
  const asked = where.flatMap(({ field, value }) => (field === 'token' ? [value].flat() : []));
  return [...written, ...asked].filter((value) => typeof value === 'string');
}
