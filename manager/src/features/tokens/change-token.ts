import { randomUUID } from 'node:crypto';
import {
  type CreatedToken,
  type CreateToken,
  formatApiToken,
  lesserRank,
  type PatchToken,
  Problem,
  type Token,
} from '@fauna-flags/protocol';
import { count, eq } from 'drizzle-orm';
import { apiTokens, projects, searchTextOf, users } from '../../platform/database/index.ts';
import {
  type IfMatch,
  type Principal,
  rankIn,
  requireRevision,
  requireUnchanged,
  unfit,
} from '../../platform/http/index.ts';
import { secretDigest } from '../../platform/secret-digest.ts';
import { type AsideUnit, type WriteDeps, writeInstallation } from '../publishing/index.ts';
import { findToken, toToken } from './token.ts';

/** More than one person keeps track of. */
const tokensPerUserMax = 200;

/** Which token is changed, and by whom. */
export interface TokenChange {
  readonly id: string;
  readonly principal: Principal;
  readonly ifMatch: IfMatch;
}

/**
 * Makes an API token. The answer is the one place where its text is ever seen. It can never do more than its maker, who is
 * asked again at every request: whoever loses a role has taken it from their tokens, too.
 */
export function createToken(
  deps: WriteDeps,
  principal: Principal,
  { name, role = 'viewer', project: projectKey = null, expiresAt: end = null }: CreateToken,
): Promise<CreatedToken> {
  // A token that leaks could make itself a successor that nobody knows of.
  if (principal.credential.kind === 'api-token') {
    throw new Problem(
      'forbidden',
      'Cannot create an API token with an API token: sign in, and create it there',
    );
  }
  return writeInstallation(deps, { actor: principal.actor }, async ({ tx, at, record }) => {
    await requireRoom(tx, principal);
    requireOwnRank(principal, role, projectKey);
    const expiresAt = checkedEnd(end, at);
    const projectId = projectKey === null ? null : await projectIdOf(tx, projectKey);
    const text = formatApiToken(deps.randomBytes(32));
    const [token] = await tx
      .insert(apiTokens)
      .values({
        id: randomUUID(),
        userId: principal.user?.id ?? null,
        name,
        searchText: searchTextOf({ key: name }),
        projectId,
        rank: role,
        digest: secretDigest(text),
        last4: text.slice(-4),
        expiresAt,
        createdAt: at,
        updatedAt: at,
      })
      .returning();
    if (token === undefined) throw new Error('An inserted token was not returned');
    const created = toToken({ token, project: projectKey, maker: principal.user?.email ?? null });
    record({ action: 'token.create', entity: { kind: 'token', key: token.id }, after: created });
    return { ...created, token: text };
  });
}

/** Changes a token's name, or when it ends. */
export function patchToken(deps: WriteDeps, change: TokenChange, patch: PatchToken): Promise<Token> {
  const { id, principal, ifMatch } = change;
  // Nor could it put its own end off.
  if (principal.credential.kind === 'api-token') {
    throw new Problem(
      'forbidden',
      'Cannot change an API token with an API token: sign in, and change it there',
    );
  }
  return writeInstallation(deps, { actor: principal.actor }, async ({ tx, at, record }) => {
    const row = await findToken(tx, principal, id, { isLocked: true });
    const before = toToken(row);
    requireRevision(ifMatch, `change token "${before.name}"`, before);
    requireUnchanged(before, patch, ['role', 'project']);
    const { name = before.name } = patch;
    const expiresAt = patch.expiresAt === undefined ? row.token.expiresAt : checkedEnd(patch.expiresAt, at);
    if (name === before.name && expiresAt?.getTime() === row.token.expiresAt?.getTime()) return before;
    const set = {
      name,
      searchText: searchTextOf({ key: name }),
      expiresAt,
      revision: row.token.revision + 1,
      updatedAt: at,
    };
    await tx.update(apiTokens).set(set).where(eq(apiTokens.id, id));
    const after = toToken({ ...row, token: { ...row.token, ...set } });
    record({ action: 'token.update', entity: { kind: 'token', key: before.id }, before, after });
    return after;
  });
}

/** Takes a token away, which it may do with itself: it is good for nothing from the next request on. */
export function deleteToken(deps: WriteDeps, { id, principal, ifMatch }: TokenChange): Promise<void> {
  return writeInstallation(deps, { actor: principal.actor }, async ({ tx, record }) => {
    const row = await findToken(tx, principal, id, { isLocked: true });
    const before = toToken(row);
    requireRevision(ifMatch, `delete token "${before.name}"`, before);
    await tx.delete(apiTokens).where(eq(apiTokens.id, id));
    record({ action: 'token.delete', entity: { kind: 'token', key: before.id }, before });
  });
}

/** Refuses one more than anybody needs. The maker's row is held, so that they are there until the token is. */
async function requireRoom(tx: AsideUnit['tx'], { user }: Principal): Promise<void> {
  if (user === undefined) return;
  const [held] = await tx.select({ id: users.id }).from(users).where(eq(users.id, user.id)).for('update');
  if (held === undefined)
    throw new Problem('unauthorized', 'Cannot create an API token: your account is gone');
  const [made] = await tx.select({ tokens: count() }).from(apiTokens).where(eq(apiTokens.userId, user.id));
  if ((made?.tokens ?? 0) < tokensPerUserMax) return;
  throw new Problem(
    'unprocessable',
    `Cannot create an API token: you have ${tokensPerUserMax}; delete some first`,
  );
}

/** Refuses to give what whoever asks does not have. */
function requireOwnRank(principal: Principal, role: Token['role'], project: string | null): void {
  if (project !== null && role === 'owner') {
    throw unfitToken(
      'role',
      'must be viewer, editor or admin for a token of one project: owners own the installation',
    );
  }
  if (project !== null) {
    const own = rankIn(principal, project);
    // What one is nothing in looks like what does not exist.
    if (own === undefined)
      throw unfitToken('project', `must be the key of a project; there is no "${project}"`);
    if (lesserRank(own, role) === role) return;
    throw new Problem(
      'forbidden',
      `Cannot create a token for more than you may do yourself: you are "${own}" of project "${project}"`,
    );
  }
  // In every project it is bounded by what its maker is there; in the installation there is only one rank.
  if (role !== 'owner' || principal.ranks.everywhere === 'owner') return;
  throw new Problem('forbidden', 'Cannot create a token for more than you may do yourself: you are no owner');
}

function checkedEnd(expiresAt: string | null, at: Date): Date | null {
  if (expiresAt === null) return null;
  const end = new Date(expiresAt);
  if (end > at) return end;
  throw unfitToken('expiresAt', 'must be in the future');
}

async function projectIdOf(tx: AsideUnit['tx'], key: string): Promise<string> {
  const [row] = await tx.select({ id: projects.id }).from(projects).where(eq(projects.key, key)).for('share');
  if (row === undefined) throw unfitToken('project', `must be the key of a project; there is no "${key}"`);
  return row.id;
}

function unfitToken(path: string, message: string): Problem {
  return unfit({ what: 'use the token so', path, message });
}
