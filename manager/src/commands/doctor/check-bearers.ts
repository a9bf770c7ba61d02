import { compareStored, parseStoredPosition, type ReceivedHeartbeat } from '@fauna-flags/protocol';
import { type Database, snapshots } from '../../platform/database/index.ts';
import { type Finding, ok, warn } from './finding.ts';

/** A bearer that nobody has told for longer that it is current looks away from its source. */
const staleMsMax = 30_000;

/** Bearers that report: whether each serves what the database holds. */
export async function checkBearers(
  { read }: Database,
  heartbeats: readonly ReceivedHeartbeat[],
): Promise<readonly Finding[]> {
  if (heartbeats.length === 0)
    return [ok('bearers', 'none reports into the store or to a manager of this database')];
  const rows = await read
    .select({
      documentId: snapshots.documentId,
      epoch: snapshots.epoch,
      version: snapshots.version,
      hash: snapshots.hash,
    })
    .from(snapshots);
  return heartbeats.map(({ heartbeat: { id, documents, source, streams } }) => {
    const behind = rows.filter(({ documentId, ...position }) => {
      const served = documents[documentId]?.position ?? null;
      const theirs = served === null ? undefined : parseStoredPosition(served);
      return theirs === undefined || compareStored(theirs, position) !== 'same';
    });
    const staleMs = Math.max(0, ...Object.values(documents).map((document) => document.staleMs ?? 0));
    const check = `bearer ${id}`;
    if (source === 'none' || staleMs > staleMsMax)
      return warn(
        check,
        `has no source that answers (${Math.round(staleMs / 1_000)} s): check its REDIS_URL and MANAGER_URL`,
      );
    if (behind.length > 0)
      return warn(
        check,
        `serves ${behind.length} of ${rows.length} documents otherwise than the database: ask again, and read its log if it stays so`,
      );
    return ok(
      check,
      `serves all ${rows.length} documents as the database has them, ${streams} streams, from ${source}`,
    );
  });
}
