import { Problem, type Token } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { apiTokens, projects, type Queries, users } from '../../platform/database/index.ts';
import { isUuid, type Principal } from '../../platform/http/index.ts';

/** A token with its maker and its project, as the database holds them. */
export interface TokenRow {
  readonly token: typeof apiTokens.$inferSelect;
  readonly project: string | null;
  readonly maker: string | null;
}

/** Tokens with their makers and projects. */
export function selectTokens(queries: Queries) {
  return queries
    .select({ token: apiTokens, project: projects.key, maker: users.email })
    .from(apiTokens)
    .leftJoin(projects, eq(projects.id, apiTokens.projectId))
    .leftJoin(users, eq(users.id, apiTokens.userId));
}

/** A token as answers carry it. */
export function toToken({ token, project, maker }: TokenRow): Token {
  return {
    id: token.id,
    name: token.name,
    role: token.rank,
    project,
    createdBy: maker ?? 'admin-token',
    prefix: 'fauna_mgr_',
    last4: token.last4,
    expiresAt: token.expiresAt?.toISOString() ?? null,
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
    revision: token.revision,
    createdAt: token.createdAt.toISOString(),
    updatedAt: token.updatedAt.toISOString(),
  };
}

/**
 * The token with this id, where it is for this principal to see: their own, for owners everybody's, for a token itself alone.
 * Others do not exist for them: 404. `isLocked` holds its row until the end of the transaction.
 */
export async function findToken(
  queries: Queries,
  principal: Principal,
  id: string,
  { isLocked = false }: { readonly isLocked?: boolean } = {},
): Promise<TokenRow> {
  const select = selectTokens(queries).where(eq(apiTokens.id, id));
  const [row] = isUuid(id) ? await (isLocked ? select.for('update', { of: apiTokens }) : select) : [];
  if (row !== undefined && seesToken(principal, row.token)) return row;
  throw new Problem('not_found', `Cannot find token "${id}"`);
}

function seesToken({ credential, ranks, user }: Principal, token: TokenRow['token']): boolean {
  // One that has leaked must tell nothing of the others.
  if (credential.kind === 'api-token') return token.digest === credential.digest;
  return ranks.everywhere === 'owner' || (token.userId !== null && token.userId === user?.id);
}
