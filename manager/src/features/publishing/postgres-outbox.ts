import { keyRegistryDocument, type Snapshot, type StoredPosition } from '@fauna-flags/protocol';
import { and, eq, isNull, lte, or, sql } from 'drizzle-orm';
import type { Database, Queries } from '../../platform/database/index.ts';
import { environments, keyRegistry, publishState, snapshots } from '../../platform/database/index.ts';
import type { Outbox } from './outbox.ts';

const position = { epoch: snapshots.epoch, version: snapshots.version, hash: snapshots.hash };

/** The outbox in the tables `snapshots` and `publish_state`. No call holds a lock while the store is asked. */
export function postgresOutbox(database: Database): Outbox {
  return {
    async pending() {
      const rows = await database.read
        .select({ documentId: snapshots.documentId })
        .from(snapshots)
        .leftJoin(publishState, eq(publishState.documentId, snapshots.documentId))
        .where(
          or(
            isNull(publishState.documentId),
            sql`(${snapshots.epoch}, ${snapshots.version}, ${snapshots.hash}) <> (${publishState.epoch}, ${publishState.version}, ${publishState.hash})`,
          ),
        );
      return rows.map(({ documentId }) => documentId);
    },

    async deleted() {
      const rows = await database.read
        .select({ documentId: publishState.documentId })
        .from(publishState)
        .leftJoin(snapshots, eq(snapshots.documentId, publishState.documentId))
        .where(isNull(snapshots.documentId));
      return rows.map(({ documentId }) => documentId);
    },

    async read(documentId): Promise<Snapshot | undefined> {
      const [row] = await database.read
        .select({ ...position, payload: snapshots.payload })
        .from(snapshots)
        .where(eq(snapshots.documentId, documentId));
      return row;
    },

    async positions() {
      const rows = await database.read
        .select({ documentId: snapshots.documentId, ...position })
        .from(snapshots);
      return new Map(rows.map(({ documentId, ...stored }) => [documentId, stored]));
    },

    async markPublished(documentId, { epoch, version, hash }) {
      await database.read
        .insert(publishState)
        .values({ documentId, epoch, version, hash })
        .onConflictDoUpdate({
          target: publishState.documentId,
          set: { epoch, version, hash },
          // A slow publisher must not take back what a faster one has written.
          setWhere: sql`(${publishState.epoch}, ${publishState.version}) <= (${epoch}, ${version})`,
        });
    },

    async forget(documentId) {
      await database.read.delete(publishState).where(eq(publishState.documentId, documentId));
    },

    raiseEpoch: (documentId, above) => database.transaction((tx) => raiseEpoch(tx, documentId, above)),
  };
}

/** The row that owns the document's position is locked first, as every writer does, so no version is lost between. */
async function raiseEpoch(tx: Queries, documentId: string, above: StoredPosition): Promise<void> {
  const epoch = above.epoch + 1;
  const owner =
    documentId === keyRegistryDocument
      ? await tx
          .update(keyRegistry)
          .set({ epoch })
          .where(lte(keyRegistry.epoch, above.epoch))
          .returning({ epoch: keyRegistry.epoch })
      : await tx
          .update(environments)
          .set({ epoch })
          .where(and(eq(environments.id, documentId), lte(environments.epoch, above.epoch)))
          .returning({ epoch: environments.epoch });
  if (owner.length === 0) return;
  await tx.update(snapshots).set({ epoch }).where(eq(snapshots.documentId, documentId));
}
