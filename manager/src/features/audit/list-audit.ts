import type { AuditEntry, Page } from '@fauna-flags/protocol';
import { type AnyColumn, and, desc, eq, gte, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import { auditEntries, type Database } from '../../platform/database/index.ts';
import { type ListRequest, pageOf } from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';

/** Which entries a list holds. */
export interface AuditRequest extends ListRequest {
  /** `kind:key`, or either of them. */
  readonly entity: string | undefined;
  readonly actor: string | undefined;
  readonly environment: string | undefined;
  readonly since: Date | undefined;
  readonly until: Date | undefined;
}

/** A project's audit trail, the newest first. */
export async function listAudit(
  database: Database,
  projectKey: string,
  { limit, cursor, query, entity, actor, environment, since, until }: AuditRequest,
): Promise<Page<AuditEntry>> {
  const project = await findProject(database.read, projectKey);
  const rows = await database.read
    .select()
    .from(auditEntries)
    .where(
      and(
        eq(auditEntries.projectId, project.id),
        cursor === undefined ? undefined : lt(auditEntries.id, Number(cursor)),
        query === undefined
          ? undefined
          : or(holds(auditEntries.action, query), holds(auditEntries.entityKey, query)),
        entity === undefined ? undefined : ofEntity(entity),
        actor === undefined ? undefined : eq(auditEntries.actor, actor),
        environment === undefined ? undefined : eq(auditEntries.environment, environment),
        since === undefined ? undefined : gte(auditEntries.at, since),
        until === undefined ? undefined : lte(auditEntries.at, until),
      ),
    )
    .orderBy(desc(auditEntries.id))
    .limit(limit + 1);
  return pageOf(rows, limit, { item: toAuditEntry, place: ({ id }) => String(id) });
}

/** Actions and keys are ASCII, which folds alike everywhere under "C"; the cluster's own locale may be Turkish. */
function holds(column: AnyColumn, query: string): SQL {
  return sql`strpos(lower(${column} COLLATE "C"), ${query.toLowerCase()}) > 0`;
}

function ofEntity(entity: string) {
  const [kind = '', key] = entity.split(':', 2);
  return key === undefined
    ? or(eq(auditEntries.entityKind, kind), eq(auditEntries.entityKey, kind))
    : and(eq(auditEntries.entityKind, kind), eq(auditEntries.entityKey, key));
}

function toAuditEntry(row: typeof auditEntries.$inferSelect): AuditEntry {
  return {
    id: String(row.id),
    at: row.at.toISOString(),
    actor: row.actor,
    address: row.address,
    token: row.token,
    action: row.action,
    entity: { kind: row.entityKind, key: row.entityKey },
    environment: row.environment,
    before: row.before,
    after: row.after,
    seq: row.seq,
    hash: Buffer.from(row.hash).toString('hex'),
  };
}
