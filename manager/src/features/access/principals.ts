import { isApiToken, lesserRank, type Rank } from '@fauna-flags/protocol';
import { and, eq, isNull, lt, or } from 'drizzle-orm';
import { apiTokens, type Database, memberships, projects, users } from '../../platform/database/index.ts';
import type { Principal, PrincipalSource, Ranks } from '../../platform/http/index.ts';
import { secretDigest } from '../../platform/secret-digest.ts';

/** A token's last use is kept to the minute: a row is not written at every request. */
const touchMs = 60_000;

/** Who somebody is and may do, asked of the database at every request: what is taken away is gone with the next one. */
export function createPrincipals({
  database,
  now,
}: {
  readonly database: Database;
  readonly now: () => Date;
}): PrincipalSource {
  async function ofDigest(digest: string, address: string): Promise<Principal | undefined> {
    const rows = await database.read
      .select({
        token: apiTokens,
        project: projects.key,
        user: { id: users.id, name: users.name, email: users.email, isOwner: users.isOwner },
        membership: { project: memberships.projectId, role: memberships.role },
      })
      .from(apiTokens)
      .leftJoin(users, eq(users.id, apiTokens.userId))
      .leftJoin(memberships, eq(memberships.userId, apiTokens.userId))
      // Of a token for one project that one alone; of any other, those that its maker is something in.
      .leftJoin(
        projects,
        or(
          eq(projects.id, apiTokens.projectId),
          and(isNull(apiTokens.projectId), eq(projects.id, memberships.projectId)),
        ),
      )
      .where(eq(apiTokens.digest, digest));
    const [first] = rows;
    if (first === undefined) return undefined;
    const { token, user } = first;
    const at = now();
    if (token.expiresAt !== null && token.expiresAt <= at) return undefined;
    if (token.lastUsedAt === null || at.getTime() - token.lastUsedAt.getTime() >= touchMs) {
      await database.read
        .update(apiTokens)
        .set({ lastUsedAt: at })
        .where(
          and(eq(apiTokens.id, token.id), or(isNull(apiTokens.lastUsedAt), lt(apiTokens.lastUsedAt, at))),
        );
    }
    // What FAUNA_ADMIN_TOKEN has made is bounded by nothing but itself.
    const isOwners = token.userId === null || user?.isOwner === true;
    return {
      id: `token ${token.id}`,
      credential: { kind: 'api-token', digest },
      actor: { name: user?.email ?? 'admin-token', address, token: token.name },
      ...(user === null ? {} : { user: { id: user.id, name: user.name, email: user.email } }),
      ranks: isOwners ? ranksOfOwners(token, first.project) : ranksOfMembers(token, rows),
    };
  }

  const source: PrincipalSource = {
    async ofUser(user, address) {
      const rows = await database.read
        .select({ isOwner: users.isOwner, project: projects.key, role: memberships.role })
        .from(users)
        .leftJoin(memberships, eq(memberships.userId, users.id))
        .leftJoin(projects, eq(projects.id, memberships.projectId))
        .where(eq(users.id, user.id));
      const [first] = rows;
      if (first === undefined) return undefined;
      const inProjects = new Map<string, Rank>();
      for (const { project, role } of rows) {
        if (project !== null && role !== null) inProjects.set(project, role);
      }
      return {
        id: `user ${user.id}`,
        credential: { kind: 'session', user },
        actor: { name: user.email, address },
        user,
        ranks: { ...(first.isOwner ? { everywhere: 'owner' as const } : {}), inProjects },
      };
    },

    async ofToken(token, address) {
      // Most of what is no token shows by itself, and costs no query.
      return isApiToken(token) ? ofDigest(secretDigest(token), address) : undefined;
    },

    async again({ credential, ...principal }) {
      const { address } = principal.actor;
      switch (credential.kind) {
        case 'admin-token':
          return { ...principal, credential };
        case 'session':
          return source.ofUser(credential.user, address);
        case 'api-token':
          return ofDigest(credential.digest, address);
      }
    },
  };
  return source;
}

type TokenRow = Pick<typeof apiTokens.$inferSelect, 'projectId' | 'rank'>;

function ranksOfOwners({ projectId, rank }: TokenRow, project: string | null): Ranks {
  if (projectId === null) return { everywhere: rank, inProjects: new Map() };
  return { inProjects: new Map(project === null ? [] : [[project, rank]]) };
}

function ranksOfMembers(
  { projectId, rank }: TokenRow,
  rows: readonly {
    readonly project: string | null;
    readonly membership: { readonly project: string; readonly role: Rank } | null;
  }[],
): Ranks {
  const inProjects = new Map<string, Rank>();
  for (const { project, membership } of rows) {
    if (project === null || membership === null) continue;
    if (projectId !== null && membership.project !== projectId) continue;
    inProjects.set(project, lesserRank(rank, membership.role));
  }
  return { inProjects };
}
