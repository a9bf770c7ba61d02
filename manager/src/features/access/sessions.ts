import type { OpenSession } from '@fauna-flags/protocol';
import { and, desc, eq, gt, inArray, lte, or } from 'drizzle-orm';
import { type Database, sessions as table, users } from '../../platform/database/index.ts';
import type { LiveSession, SessionSource } from '../../platform/http/index.ts';
import type { Auth } from './auth.ts';
import { networkOf } from './networks.ts';
import { hasCookie, type SessionCookie } from './session-cookie.ts';
import { sessionLifetimes } from './session-lifetimes.ts';

/** Browsers of one person; a script that signs in again and again is told apart by nothing else. */
const sessionsPerUserMax = 100;

/** The open sessions of all users. */
export interface Sessions extends SessionSource {
  /** Ends one. Its cookie is worth nothing from here on, on every manager. */
  end(id: string): Promise<void>;
  /** Tells whoever holds a stream open for one of these, which are gone already; `except` is told by what it asks next. */
  tellEnded(ended: readonly { readonly id: string }[], except?: string): void;
  /** Those of these sessions that are still good. Asking does not count as using them. */
  alive(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** The open sessions of a user, the one that was used last first. Asking does not count as using them. */
  ofUser(userId: string): Promise<readonly Omit<OpenSession, 'isCurrent'>[]>;
  /**
   * How often every session of a user was ended at once; `undefined` when there is no such user. Waits for whoever is ending
   * them just now.
   */
  epochOf(of: { readonly id: string } | { readonly email: string }): Promise<number | undefined>;
  /** Forgets what has run out, and of a user who has very many open those that were not used for longest. */
  sweep(userId: string): Promise<void>;
  /** Whether a session that is still kept was begun by this user from this network. */
  begunFrom(email: string, network: string): Promise<boolean>;
  /** Tells when a session is ended by this process; the answer ends the telling. */
  onEnd(listener: (id: string) => void): () => void;
}

/** Sessions in the database. */
export function createSessions({
  auth,
  database,
  now,
  cookie,
}: {
  readonly auth: Auth;
  readonly database: Database;
  readonly now: () => Date;
  readonly cookie: SessionCookie;
}): Sessions {
  const listeners = new Set<(id: string) => void>();
  const before = (ms: number) => new Date(now().getTime() - ms);

  const isGood = () => and(gt(table.expiresAt, now()), gt(table.updatedAt, before(sessionLifetimes.idleMs)));

  function tellEnded(ended: readonly { readonly id: string }[], except?: string): void {
    for (const { id } of ended) {
      if (id !== except) for (const listener of [...listeners]) listener(id);
    }
  }

  async function end(id: string): Promise<void> {
    await database.read.delete(table).where(eq(table.id, id));
    tellEnded([{ id }]);
  }

  return {
    claims: (headers) => hasCookie(headers, cookie),

    async find(headers) {
      const found = await auth.api.getSession({ headers: cookieOf(headers) });
      if (found === null) return undefined;
      const { session, user } = found;
      const expiresAt = endOf(session);
      if (expiresAt <= now()) {
        await end(session.id);
        return undefined;
      }
      const { id, name, email } = user;
      const live: LiveSession = { id: session.id, user: { id, name, email }, expiresAt };
      if (session.updatedAt > before(sessionLifetimes.touchMs)) return live;
      const updatedAt = now();
      await database.read.update(table).set({ updatedAt }).where(eq(table.id, session.id));
      return { ...live, expiresAt: endOf({ ...session, updatedAt }) };
    },

    end,
    tellEnded,

    async alive(ids) {
      if (ids.length === 0) return new Set();
      const rows = await database.read
        .select({ id: table.id })
        .from(table)
        .where(and(inArray(table.id, [...ids]), isGood()));
      return new Set(rows.map(({ id }) => id));
    },

    async ofUser(userId) {
      const rows = await database.read
        .select()
        .from(table)
        .where(and(eq(table.userId, userId), isGood()))
        .orderBy(desc(table.updatedAt), desc(table.id))
        .limit(sessionsPerUserMax);
      return rows.map((row) => ({
        id: row.id,
        address: row.ipAddress ?? '',
        userAgent: row.userAgent ?? '',
        createdAt: row.createdAt.toISOString(),
        lastUsedAt: row.updatedAt.toISOString(),
        expiresAt: endOf(row).toISOString(),
      }));
    },

    async epochOf(of) {
      const [user] = await database.read
        .select({ sessionEpoch: users.sessionEpoch })
        .from(users)
        .where('id' in of ? eq(users.id, of.id) : eq(users.email, of.email))
        .for('share');
      return user?.sessionEpoch;
    },

    async sweep(userId) {
      const surplus = database.read
        .select({ id: table.id })
        .from(table)
        .where(eq(table.userId, userId))
        .orderBy(desc(table.updatedAt), desc(table.id))
        .offset(sessionsPerUserMax);
      await database.read
        .delete(table)
        .where(
          or(
            lte(table.expiresAt, now()),
            lte(table.updatedAt, before(sessionLifetimes.idleMs)),
            inArray(table.id, surplus),
          ),
        );
    },

    async begunFrom(email, network) {
      const rows = await database.read
        .selectDistinct({ address: table.ipAddress })
        .from(table)
        .innerJoin(users, eq(users.id, table.userId))
        .where(eq(users.email, email));
      return rows.some(({ address }) => address !== null && networkOf(address) === network);
    },

    onEnd(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Whichever comes first, the idle or the absolute end. */
export function endOf({
  updatedAt,
  expiresAt,
}: {
  readonly updatedAt: Date;
  readonly expiresAt: Date;
}): Date {
  return new Date(Math.min(updatedAt.getTime() + sessionLifetimes.idleMs, expiresAt.getTime()));
}

/** The cookies alone: nothing else in a request has a say in whose it is. */
function cookieOf(headers: Headers): Headers {
  return new Headers({ cookie: headers.get('cookie') ?? '' });
}
