import { keyRegistryDocument } from '@fauna-flags/protocol';
import { asc, eq, sql } from 'drizzle-orm';
import { environments, keyRegistry, type Queries, snapshots } from '../../platform/database/index.ts';

/** An environment, and the epoch that it was moved to. */
export interface MovedEnvironment {
  readonly id: string;
  readonly projectId: string;
  readonly key: string;
  readonly version: number;
  readonly epoch: number;
}

/**
 * Moves every document above its epoch, and above every epoch that lost commits can have had: those began with a Unix
 * second, as this one does. Rows are locked as writers lock them: environments in the order of their ids, then the keys.
 */
export async function moveAll(
  tx: Queries,
  at: Date,
): Promise<{ readonly environments: readonly MovedEnvironment[]; readonly keysEpoch: number | undefined }> {
  const rows = await tx
    .select({ id: environments.id })
    .from(environments)
    .orderBy(asc(environments.id))
    .for('update');
  const moved: MovedEnvironment[] = [];
  for (const { id } of rows) moved.push(...(await moveEnvironment(tx, id, at)));
  const [keys] = await tx
    .update(keyRegistry)
    .set({ epoch: above(keyRegistry.epoch, at) })
    .returning({ epoch: keyRegistry.epoch });
  if (keys !== undefined)
    await tx
      .update(snapshots)
      .set({ epoch: keys.epoch })
      .where(eq(snapshots.documentId, keyRegistryDocument));
  return { environments: moved, keysEpoch: keys?.epoch };
}

/** Moves one environment, whose row is locked; none when it is gone. */
export async function moveEnvironment(
  tx: Queries,
  id: string,
  at: Date,
): Promise<readonly MovedEnvironment[]> {
  const moved = await tx
    .update(environments)
    .set({ epoch: above(environments.epoch, at) })
    .where(eq(environments.id, id))
    .returning({
      id: environments.id,
      projectId: environments.projectId,
      key: environments.key,
      version: environments.version,
      epoch: environments.epoch,
    });
  for (const { epoch } of moved)
    await tx.update(snapshots).set({ epoch }).where(eq(snapshots.documentId, id));
  return moved;
}

function above(column: typeof environments.epoch | typeof keyRegistry.epoch, at: Date) {
  return sql`greatest(${column} + 1, ${Math.floor(at.getTime() / 1_000)})`;
}
