import type { Page, Token } from '@fauna-flags/protocol';
import { and, asc, eq } from 'drizzle-orm';
import { apiTokens, type Database, madeAfter, madePlace, searchIn } from '../../platform/database/index.ts';
import { type ListRequest, type Principal, pageOf } from '../../platform/http/index.ts';
import { selectTokens, toToken } from './token.ts';

/** One's own tokens in the order they were made; for owners everybody's, for a token itself alone. */
export async function listTokens(
  database: Database,
  { credential, ranks, user }: Principal,
  { limit, cursor, query }: ListRequest,
): Promise<Page<Token>> {
  const rows = await selectTokens(database.read)
    .where(
      and(
        credential.kind === 'api-token' ? eq(apiTokens.digest, credential.digest) : undefined,
        ranks.everywhere === 'owner' || user === undefined ? undefined : eq(apiTokens.userId, user.id),
        cursor === undefined ? undefined : madeAfter(apiTokens, cursor),
        query === undefined ? undefined : searchIn(apiTokens.searchText, query),
      ),
    )
    .orderBy(asc(apiTokens.createdAt), asc(apiTokens.id))
    .limit(limit + 1);
  return pageOf(rows, limit, { item: toToken, place: ({ token }) => madePlace(token) });
}
