import { createHmac } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { type Database, settings } from '../../platform/database/index.ts';

const markSetting = 'secret-mark';

/**
 * Leaves a mark of the installation's secret in the database, and tells whether the last mark was of another secret. From
 * the mark nothing can be made that the secret makes. It is replaced, so that a change that is meant is told once.
 */
export async function markSecret(
  database: Database,
  secret: string,
): Promise<{ readonly hasChanged: boolean }> {
  const mark = createHmac('sha256', secret).update('fauna mark of the secret').digest('base64url');
  return database.transaction(async (tx) => {
    const value = { mark };
    const first = await tx
      .insert(settings)
      .values({ key: markSetting, value })
      .onConflictDoNothing()
      .returning();
    if (first.length > 0) return { hasChanged: false };
    const [before] = await tx.select().from(settings).where(eq(settings.key, markSetting)).for('update');
    if (before?.value.mark === mark) return { hasChanged: false };
    await tx.update(settings).set({ value }).where(eq(settings.key, markSetting));
    return { hasChanged: true };
  });
}
