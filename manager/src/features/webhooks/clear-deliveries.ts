import { and, inArray, ne, sql } from 'drizzle-orm';
import { type Database, webhookDeliveries } from '../../platform/database/index.ts';

/** How long the log of deliveries reaches back, by the database's clock. */
const keptSince = sql`now() - interval '30 days'`;
/** Few enough that nobody waits for a lock of theirs. */
const clearedAtOnce = 500;

/** Clears away some of what is too old, and not on its way again; answers whether there may be more. */
export async function clearDeliveries({ read }: Database): Promise<boolean> {
  const old = read
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(and(sql`${webhookDeliveries.createdAt} < ${keptSince}`, ne(webhookDeliveries.status, 'pending')))
    .limit(clearedAtOnce)
    .for('update', { skipLocked: true });
  const gone = await read
    .delete(webhookDeliveries)
    .where(inArray(webhookDeliveries.id, old))
    .returning({ id: webhookDeliveries.id });
  return gone.length === clearedAtOnce;
}
