import { lte } from 'drizzle-orm';
import { type Database, webhooks } from '../../platform/database/index.ts';
import { databaseTime } from './lease.ts';

/** Forgets the secrets before rotations whose grace has ended: they sign nothing any more. */
export async function clearOldSecrets({ read }: Database): Promise<void> {
  await read
    .update(webhooks)
    .set({ sealedOldSecret: null, oldSecretUntil: null })
    .where(lte(webhooks.oldSecretUntil, databaseTime));
}
