import { Problem, type TwoFactor, type TwoFactorSetup } from '@fauna-flags/protocol';
import { and, eq, gt, isNotNull, isNull } from 'drizzle-orm';
import { type Queries, twoFactors as table, users } from '../../../platform/database/index.ts';
import { type Actor, isUuid, type KnownUser, unfit } from '../../../platform/http/index.ts';
import { seal } from '../../../platform/sealed.ts';
import { writeInstallation } from '../../publishing/index.ts';
import { type EndedSessions, endSessionsOf } from '../end-sessions.ts';
import type { Sessions } from '../sessions.ts';
import { base32 } from './base32.ts';
import { makeRecoveryCodes, recoveryDigest } from './recovery-codes.ts';
import { spendCode, type TwoFactorDeps } from './spend-code.ts';
import { totpSecretBytes, totpUri } from './totp.ts';

/** Whose second factor is meant, and who asks. */
export interface OwnFactor {
  readonly user: KnownUser;
  readonly actor: Actor;
  /** The session that it is asked in. */
  readonly sessionId?: string;
}

/** The epoch that a user goes on in when every session of theirs has ended. */
type GoOn = Pick<EndedSessions, 'sessionEpoch'>;

/** The second factors of users. What changes one ends every session of its user: 401 where the one that asks has ended before. */
export interface TwoFactors {
  read(userId: string): Promise<TwoFactor>;
  /** Makes a new secret for the user's app. It is not asked for before it is confirmed. 422 when there is one that is. */
  setUp(user: KnownUser): Promise<TwoFactorSetup>;
  /** Takes the secret that was set up into use, if the code is one of it; answers recovery codes. */
  confirm(own: OwnFactor, code: string): Promise<GoOn & { readonly recoveryCodes: readonly string[] }>;
  /** Uses up a code for whatever takes one. 422 when it is wrong, or when there is nothing that it could be of. */
  spend(own: OwnFactor, code: string): Promise<void>;
  /** New recovery codes; the ones before are worth nothing from here on. */
  renewRecoveryCodes(own: OwnFactor): Promise<GoOn & { readonly recoveryCodes: readonly string[] }>;
  /** Takes the second factor away. 422 when there is none. */
  disable(own: OwnFactor): Promise<GoOn>;
  /** Takes the second factor of somebody else away, who has lost it. 404 when there is no such user, or no such factor. */
  takeAway(userId: string, actor: Actor): Promise<void>;
  /** What a sign-in must be told whose password was right. */
  judge(own: OwnFactor, code: string | undefined): Promise<'not needed' | 'good' | 'missing' | 'wrong'>;
}

/** Second factors in the database. `issuer` is what apps show above the account. */
export function createTwoFactors({
  sessions,
  issuer,
  ...deps
}: TwoFactorDeps & { readonly sessions: Pick<Sessions, 'tellEnded'>; readonly issuer: string }): TwoFactors {
  const { database, now, randomBytes, key } = deps;
  const isEnabled = (userId: string) => and(eq(table.userId, userId), isNotNull(table.confirmedAt));

  async function read(userId: string): Promise<TwoFactor> {
    const [row] = await database.read.select().from(table).where(isEnabled(userId));
    return { enabled: row !== undefined, recoveryCodesLeft: row?.recoveryDigests.length ?? 0 };
  }

  /**
   * Does a change that leaves a trace and ends every session; `change` answers whether there was anything to change. Where
   * there was nothing it rejects with `otherwise`, and nothing has happened.
   */
  async function write(
    { user, actor, sessionId }: OwnFactor,
    action: string,
    change: (tx: Queries, at: Date) => Promise<boolean>,
    otherwise: () => Problem,
  ): Promise<GoOn> {
    const { ended, sessionEpoch } = await writeInstallation(deps, { actor }, async ({ tx, at, record }) => {
      const gone = await endSessionsOf(tx, user.id, sessionId);
      if (!(await change(tx, at))) throw otherwise();
      record({ action, entity: { kind: 'user', key: user.email } });
      return gone;
    });
    // The browser that asks has no new cookie before it is answered: it would take the end of its stream for being signed out.
    sessions.tellEnded(ended, sessionId);
    return { sessionEpoch };
  }

  async function spend({ user, actor }: OwnFactor, code: string): Promise<void> {
    if (await spendCode(deps, { user, code, actor })) return;
    const message = 'is wrong, or was used before';
    throw unfit({ what: 'accept the code', path: 'code', called: 'it', message });
  }

  async function requireEnabled(userId: string): Promise<void> {
    if (!(await read(userId)).enabled) throw nothingThere();
  }

  function disable(own: OwnFactor, action: string, otherwise: () => Problem): Promise<GoOn> {
    const change = async (tx: Queries) => {
      const gone = await tx.delete(table).where(isEnabled(own.user.id)).returning({ userId: table.userId });
      return gone.length > 0;
    };
    return write(own, action, change, otherwise);
  }

  return {
    read,

    async setUp(user) {
      const secret = randomBytes(totpSecretBytes);
      const fresh = {
        sealedSecret: seal(key, Buffer.from(secret).toString('base64url')),
        recoveryDigests: [],
        lastStep: 0,
        createdAt: now(),
      };
      // The tries stay: whoever guesses must not begin anew by setting up anew.
      const kept = await database.read
        .insert(table)
        .values({ userId: user.id, ...fresh })
        .onConflictDoUpdate({ target: table.userId, set: fresh, setWhere: isNull(table.confirmedAt) })
        .returning({ userId: table.userId });
      if (kept.length === 0) {
        throw new Problem(
          'unprocessable',
          'Cannot set up a second factor: there is one already. Take it away before you set up another',
        );
      }
      return { secret: base32(secret), uri: totpUri({ secret, issuer, account: user.email }) };
    },

    async confirm(own, code) {
      const isPending = and(eq(table.userId, own.user.id), isNull(table.confirmedAt));
      const pending = await database.read.select({ userId: table.userId }).from(table).where(isPending);
      if (pending.length === 0) {
        throw new Problem('unprocessable', 'Cannot confirm a second factor: none has been set up');
      }
      await spend(own, code);
      const codes = makeRecoveryCodes(randomBytes);
      const recoveryDigests = codes.map(recoveryDigest);
      const change = async (tx: Queries, at: Date) => {
        const set = { confirmedAt: at, recoveryDigests };
        // Setting up anew meanwhile has put the step back: the code was then one of another secret.
        const where = and(isPending, gt(table.lastStep, 0));
        const confirmed = await tx.update(table).set(set).where(where).returning({ id: table.userId });
        return confirmed.length > 0;
      };
      const otherwise = () =>
        new Problem(
          'unprocessable',
          'Cannot confirm a second factor: it has just been confirmed, or set up anew',
        );
      return { ...(await write(own, 'user.enable-two-factor', change, otherwise)), recoveryCodes: codes };
    },

    async spend(own, code) {
      await requireEnabled(own.user.id);
      await spend(own, code);
    },

    async renewRecoveryCodes(own) {
      const codes = makeRecoveryCodes(randomBytes);
      const recoveryDigests = codes.map(recoveryDigest);
      const change = async (tx: Queries) => {
        const where = isEnabled(own.user.id);
        const renewed = await tx
          .update(table)
          .set({ recoveryDigests })
          .where(where)
          .returning({ id: table.userId });
        return renewed.length > 0;
      };
      return {
        ...(await write(own, 'user.renew-recovery-codes', change, nothingThere)),
        recoveryCodes: codes,
      };
    },

    disable: (own) => disable(own, 'user.disable-two-factor', nothingThere),

    async takeAway(userId, actor) {
      const { id, name, email } = users;
      const [user] = isUuid(userId)
        ? await database.read.select({ id, name, email }).from(users).where(eq(id, userId))
        : [];
      if (user === undefined) throw new Problem('not_found', `Cannot find user "${userId}"`);
      const otherwise = () =>
        new Problem('not_found', `Cannot take the second factor of "${user.email}" away: there is none`);
      await disable({ user, actor }, 'user.take-two-factor-away', otherwise);
    },

    async judge(own, code) {
      if (!(await read(own.user.id)).enabled) return 'not needed';
      if (code === undefined) return 'missing';
      return (await spendCode(deps, { ...own, code })) ? 'good' : 'wrong';
    },
  };
}

function nothingThere(): Problem {
  return new Problem(
    'unprocessable',
    'Cannot do this without a second factor: there is none. Set one up first',
  );
}
