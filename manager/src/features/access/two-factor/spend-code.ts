import { Problem } from '@fauna-flags/protocol';
import { and, eq, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import { type Database, twoFactors as table } from '../../../platform/database/index.ts';
import type { Actor, KnownUser } from '../../../platform/http/index.ts';
import { open } from '../../../platform/sealed.ts';
import { type WriteDeps, writeInstallation } from '../../publishing/index.ts';
import { recoveryDigest } from './recovery-codes.ts';
import { isTotpCode, totpStep } from './totp.ts';

/**
 * So many codes may be wrong in a row, from wherever, before the next ones have to wait: a second, then twice as long with
 * each, up to 1,024 s. Whoever comes here knows the password, so that no stranger can make the owner of an account wait,
 * and nothing but this stands between a password that leaked and a million codes: 85 of them can be tried a day.
 */
const triesFreeMax = 5;
const doublingsMax = 10;

/** What second factors are kept with. */
export interface TwoFactorDeps extends WriteDeps {
  /** What the shared secrets are sealed under. */
  readonly key: Uint8Array;
}

/** The row of somebody's second factor. */
export type TwoFactorRow = typeof table.$inferSelect;

/**
 * Uses up a code of the app, or a recovery code: each is good once, whichever manager it is shown to. `false` when it is
 * wrong, used or of another time. Rejects with `rate_limited` where too many were wrong, and with `unprocessable` where the
 * app's secret cannot be read any more. `actor` is who uses it.
 */
export async function spendCode(
  deps: TwoFactorDeps,
  { user, code: typed, actor }: { readonly user: KnownUser; readonly code: string; readonly actor: Actor },
): Promise<boolean> {
  const { database, now, key } = deps;
  const at = now();
  const row = await claimTry(database, user.id, at);
  if (row === undefined) return false;
  const code = typed.replaceAll(/\s/g, '');
  if (!isTotpCode(code)) return spendRecoveryCode(deps, { user, code, actor });
  const step = totpStep(secretOf(row, key), { code, now: at });
  if (step === undefined) return false;
  const spent = await database.read
    .update(table)
    .set({ lastStep: step, tries: 0 })
    .where(and(eq(table.userId, user.id), lt(table.lastStep, step)))
    .returning({ userId: table.userId });
  return spent.length > 0;
}

/** Counts a try before it is judged, so that a thousand at once are not a thousand free ones. */
async function claimTry(database: Database, userId: string, at: Date): Promise<TwoFactorRow | undefined> {
  const [claimed] = await database.read
    .update(table)
    .set({ tries: sql`${table.tries} + 1`, triedAt: at })
    .where(and(eq(table.userId, userId), or(lt(table.tries, triesFreeMax), lte(waitsUntil(), at))))
    .returning();
  if (claimed !== undefined) return claimed;
  const [row] = await database.read
    .select({ until: waitsUntil() })
    .from(table)
    .where(eq(table.userId, userId));
  if (row === undefined) return undefined;
  throw new Problem('rate_limited', 'Cannot check one more code yet: too many were wrong', {
    retryAfterSeconds: Math.max(1, Math.ceil((row.until.getTime() - at.getTime()) / 1000)),
  });
}

function waitsUntil(): SQL<Date> {
  const doublings = sql`least(${table.tries} - ${triesFreeMax}::integer, ${doublingsMax}::integer)`;
  return sql<Date>`${table.triedAt} + interval '1 second' * power(2, ${doublings})`.mapWith(table.triedAt);
}

function secretOf({ sealedSecret }: TwoFactorRow, key: Uint8Array): Uint8Array {
  try {
    return Buffer.from(open(key, sealedSecret), 'base64url');
  } catch (cause) {
    throw new Problem(
      'unprocessable',
      'Cannot check a code of the app: FAUNA_SECRET has changed since it was set up. Use a recovery code',
      { cause },
    );
  }
}

async function spendRecoveryCode(
  deps: TwoFactorDeps,
  { user, code, actor }: { readonly user: KnownUser; readonly code: string; readonly actor: Actor },
): Promise<boolean> {
  const digest = recoveryDigest(code);
  return writeInstallation(deps, { actor }, async ({ tx, record }) => {
    const digests = sql`${table.recoveryDigests}::jsonb`;
    const [spent] = await tx
      .update(table)
      .set({ recoveryDigests: sql`(${digests} - ${digest}::text)::json`, tries: 0 })
      .where(and(eq(table.userId, user.id), sql`${digests} @> to_jsonb(${digest}::text)`))
      .returning({ left: table.recoveryDigests });
    if (spent === undefined) return false;
    record({
      action: 'user.use-recovery-code',
      entity: { kind: 'user', key: user.email },
      after: { recoveryCodesLeft: spent.left.length },
    });
    return true;
  });
}
