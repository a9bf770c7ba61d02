import { createHash } from 'node:crypto';
import { Problem } from '@fauna-flags/protocol';
import { eq, inArray, lt } from 'drizzle-orm';
import { idempotentAnswers, type Queries } from '../../platform/database/index.ts';
import type { IdempotentRequest } from '../../platform/http/index.ts';
import { keyFor, open, seal } from '../../platform/sealed.ts';

/** How long an answer is kept. */
const keptMs = 24 * 60 * 60 * 1_000;
/** Old answers that one request clears away: enough to keep up, little enough to go unnoticed. */
const clearedMax = 100;

/**
 * Claims the key in the transaction that does the request; answers what was answered before, if it was. A second request
 * with the key waits here for the first: Postgres holds it at the primary key until the first one commits or gives up.
 * This comes before every other lock, so that it can close no circle.
 */
export async function claimAnswer(
  tx: Queries,
  { key, request }: IdempotentRequest,
  at: Date,
): Promise<{ readonly answer: unknown } | undefined> {
  await clearOld(tx, at);
  const digest = digestOf(key);
  const claimed = await tx
    .insert(idempotentAnswers)
    .values({ digest, request, sealed: new Uint8Array(), at })
    .onConflictDoNothing()
    .returning({ digest: idempotentAnswers.digest });
  if (claimed.length > 0) return undefined;
  const [row] = await tx.select().from(idempotentAnswers).where(eq(idempotentAnswers.digest, digest));
  if (row === undefined) throw new Problem('retryable', 'Cannot tell what was answered before: try again');
  if (row.request !== request) {
    throw new Problem(
      'unprocessable',
      'Cannot repeat the request: its Idempotency-Key was used for another one',
    );
  }
  return { answer: JSON.parse(open(secretOf(key), row.sealed)) };
}

/** Keeps the answer beside the change: both are committed, or neither is. */
export async function keepAnswer(tx: Queries, { key }: IdempotentRequest, answer: unknown): Promise<void> {
  await tx
    .update(idempotentAnswers)
    .set({ sealed: seal(secretOf(key), JSON.stringify(answer)) })
    .where(eq(idempotentAnswers.digest, digestOf(key)));
}

async function clearOld(tx: Queries, at: Date): Promise<void> {
  const old = tx
    .select({ digest: idempotentAnswers.digest })
    .from(idempotentAnswers)
    .where(lt(idempotentAnswers.at, new Date(at.getTime() - keptMs)))
    .limit(clearedMax)
    // Rows that somebody else is clearing are left to them; waiting for them could close a circle.
    .for('update', { skipLocked: true });
  await tx.delete(idempotentAnswers).where(inArray(idempotentAnswers.digest, old));
}

function digestOf(key: string): string {
  return createHash('sha256').update(`fauna idempotency digest ${key}`).digest('hex');
}

function secretOf(key: string): Uint8Array {
  return keyFor(key, 'idempotency answer');
}
