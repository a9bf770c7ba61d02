import { inArray, lt } from 'drizzle-orm';
import { type Database, webhookDeliveries } from '../../platform/database/index.ts';

/** How long the log of deliveries reaches back. */
const keptMs = 30 * 24 * 60 * 60 * 1_000;
/** Few enough that nobody waits for a lock of theirs. */
const clearedAtOnce = 500;

/** Clears away some of what is too old; answers whether there may be more. */
export async function clearDeliveries({ read }: Database, at: Date): Promise<boolean> {
  const old = read
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(lt(webhookDeliveries.createdAt, new Date(at.getTime() - keptMs)))
    .limit(clearedAtOnce)
    .for('update', { skipLocked: true });
  const gone = await read
    .delete(webhookDeliveries)
    .where(inArray(webhookDeliveries.id, old))
    .returning({ id: webhookDeliveries.id });
  return gone.length === clearedAtOnce;
}
