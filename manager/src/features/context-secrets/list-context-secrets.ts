import type { ContextSecret, Page } from '@fauna-flags/protocol';
import { asc, eq } from 'drizzle-orm';
import { contextSecrets } from '../../platform/database/index.ts';
import { findEnvironment } from '../environments/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { toContextSecret } from './context-secret.ts';

/** An environment's context secrets in the order they were made: a handful, so always one page. */
export async function listContextSecrets(
  { database }: Pick<WriteDeps, 'database'>,
  where: { readonly project: string; readonly environment: string },
): Promise<Page<ContextSecret>> {
  const environment = await findEnvironment(database.read, where);
  const rows = await database.read
    .select()
    .from(contextSecrets)
    .where(eq(contextSecrets.environmentId, environment.id))
    .orderBy(asc(contextSecrets.createdAt), asc(contextSecrets.kid));
  return { items: rows.map((row) => toContextSecret(row, environment.key)) };
}
