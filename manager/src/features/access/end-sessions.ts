import { Problem } from '@fauna-flags/protocol';
import { eq, sql } from 'drizzle-orm';
import { type Queries, sessions, users } from '../../platform/database/index.ts';

/** What became of the sessions of a user. */
export interface EndedSessions {
  readonly ended: readonly { readonly id: string }[];
  /** What a sign-in must have been judged under to begin a session from here on. */
  readonly sessionEpoch: number;
}

/**
 * Ends every session of a user, and with the next epoch those, too, that sign-ins would begin that are being judged just now.
 * `asker` is the session that asks for it: one that has been ended meanwhile may change nothing any more, 401. To be called
 * before whatever else the transaction does to the user, so that all take the locks in one order.
 */
export async function endSessionsOf(tx: Queries, userId: string, asker?: string): Promise<EndedSessions> {
  // The row is held from here on: of a session that is inserted meanwhile either this sees the row, or its sign-in the epoch.
  const [user] = await tx
    .update(users)
    .set({ sessionEpoch: sql`${users.sessionEpoch} + 1` })
    .where(eq(users.id, userId))
    .returning({ sessionEpoch: users.sessionEpoch });
  const ended = await tx.delete(sessions).where(eq(sessions.userId, userId)).returning({ id: sessions.id });
  if (user === undefined) throw new Problem('not_found', 'Cannot find the user: the account is gone');
  if (asker !== undefined && !ended.some(({ id }) => id === asker)) {
    throw new Problem('unauthorized', 'Cannot do this: the session has just been ended. Sign in again');
  }
  return { ended, sessionEpoch: user.sessionEpoch };
}
