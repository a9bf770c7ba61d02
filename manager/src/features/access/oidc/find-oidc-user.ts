import { randomUUID } from 'node:crypto';
import type { User } from '@fauna-flags/protocol';
import { and, asc, eq, gt } from 'drizzle-orm';
import {
  accounts,
  apiTokens,
  invitations,
  type Queries,
  twoFactors,
  users,
} from '../../../platform/database/index.ts';
import { type AsideUnit, type WriteDeps, writeInstallation } from '../../publishing/index.ts';
import { type EndedSessions, endSessionsOf } from '../end-sessions.ts';
import { insertUser } from '../insert-user.ts';
import type { Admitted } from '../sign-in.ts';
import type { OidcIdentity } from './oidc-client.ts';

type EpochUser = User & Pick<EndedSessions, 'sessionEpoch'>;
type LinkableUser = EpochUser & { readonly emailVerified: boolean };

/** Whose account it is, or why it is nobody's. */
export type FoundUser = Admitted | { readonly refused: 'no_account' | 'email_not_verified' };

const { id, name, email, emailVerified, sessionEpoch } = users;
const userColumns = { id, name, email, sessionEpoch };

/**
 * Finds the account of somebody whom the provider knows: by what it calls them, once they have come before, and else by
 * their e-mail address, if the provider has made sure that it is theirs. From then on they are known by what it calls them,
 * whatever becomes of the address: an account that is taken is never taken over by who gets the address next. Whoever has
 * none, but is invited under this address, gets one; the invitation stays theirs to accept.
 */
export async function findOidcUser(
  deps: WriteDeps,
  { identity, address }: { readonly identity: OidcIdentity; readonly address: string },
): Promise<FoundUser> {
  const known = await knownUser(deps.database.read, identity);
  if (known !== undefined) return admitted(known);
  const { email: verified, emailVerified } = identity;
  if (verified === undefined || !emailVerified) return { refused: 'email_not_verified' };
  const actor = { name: verified, address };
  return writeInstallation(deps, { actor }, (unit) => link(unit, { ...identity, email: verified }));
}

async function link(
  unit: AsideUnit,
  identity: OidcIdentity & { readonly email: string },
): Promise<FoundUser> {
  const { tx, at, record } = unit;
  // Of several who come at once under one name, one is linked, and the others wait here and then find it done.
  const user = (await userAt(tx, identity.email)) ?? (await invitedUser(unit, identity));
  const again = await knownUser(tx, identity);
  if (again !== undefined) return admitted(again);
  if (user === undefined || (await isLinked(tx, user, identity))) return { refused: 'no_account' };
  await tx.insert(accounts).values({
    id: randomUUID(),
    userId: user.id,
    providerId: identity.issuer,
    accountId: identity.subject,
    createdAt: at,
    updatedAt: at,
  });
  const epoch = user.emailVerified ? user : await takeFromOthers(unit, user);
  await tx.update(users).set({ emailVerified: true, updatedAt: at }).where(eq(id, user.id));
  record({
    action: 'user.link-provider',
    entity: { kind: 'user', key: user.email },
    after: { issuer: identity.issuer },
  });
  return admitted({ ...user, ...epoch });
}

function admitted({ sessionEpoch, ...user }: EpochUser): Admitted {
  return { user: shown(user), sessionEpoch };
}

function shown({ id, name, email }: User): User {
  return { id, name, email };
}

/**
 * Somebody has made an account under an address that nobody had verified, and now the one whose address it is comes. Every
 * other way into it ends: it may have been made by somebody else, to be waiting there.
 */
async function takeFromOthers(
  { tx, record }: AsideUnit,
  user: User,
): Promise<Pick<EndedSessions, 'sessionEpoch'>> {
  const { sessionEpoch } = await endSessionsOf(tx, user.id);
  await tx.delete(accounts).where(and(eq(accounts.userId, user.id), eq(accounts.providerId, 'credential')));
  await tx.delete(twoFactors).where(eq(twoFactors.userId, user.id));
  await tx.delete(apiTokens).where(eq(apiTokens.userId, user.id));
  // Links that they have made would let them in again, under another name.
  await tx.delete(invitations).where(eq(invitations.invitedBy, user.email));
  record({ action: 'user.verify', entity: { kind: 'user', key: user.email }, after: shown(user) });
  return { sessionEpoch };
}

/** Makes an account for who is invited under their own address. A link that is for whoever has it invites nobody. */
async function invitedUser(
  { tx, at, record }: AsideUnit,
  { email: verified, name: given = verified }: OidcIdentity & { readonly email: string },
): Promise<LinkableUser | undefined> {
  const [invitation] = await tx
    .select({ id: invitations.id })
    .from(invitations)
    .where(and(eq(invitations.email, verified), gt(invitations.expiresAt, at)))
    .orderBy(asc(invitations.id))
    .limit(1)
    .for('update');
  if (invitation === undefined) return undefined;
  // Made by another request while this one waited for the invitation.
  const made = await userAt(tx, verified);
  if (made !== undefined) return made;
  const user = await insertUser(tx, at, {
    name: nameOf(given, verified),
    email: verified,
    emailVerified: true,
  });
  record({ action: 'user.create', entity: { kind: 'user', key: verified }, after: user });
  return { ...user, emailVerified: true, sessionEpoch: 0 };
}

/** What the provider says is a name is one only when it can be shown like one. */
function nameOf(given: string, otherwise: string): string {
  const shown = given.replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ').trim();
  return shown === '' ? otherwise : [...shown].slice(0, 100).join('');
}

/** The user with this address, held until the end of the transaction. */
async function userAt(tx: Queries, address: string): Promise<LinkableUser | undefined> {
  const [user] = await tx
    .select({ ...userColumns, emailVerified })
    .from(users)
    .where(eq(email, address))
    .for('update');
  return user;
}

/** Whether the account is already somebody's whom this provider knows. */
async function isLinked(tx: Queries, user: User, { issuer }: Pick<OidcIdentity, 'issuer'>): Promise<boolean> {
  const rows = await tx
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(eq(accounts.userId, user.id), eq(accounts.providerId, issuer)));
  return rows.length > 0;
}

async function knownUser(
  queries: Queries,
  { issuer, subject }: Pick<OidcIdentity, 'issuer' | 'subject'>,
): Promise<EpochUser | undefined> {
  const [user] = await queries
    .select(userColumns)
    .from(accounts)
    .innerJoin(users, eq(users.id, accounts.userId))
    .where(and(eq(accounts.providerId, issuer), eq(accounts.accountId, subject)));
  return user;
}
