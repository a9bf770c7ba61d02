import type { AuditEntry, InstallationAuditEntry, Page } from '@fauna-flags/protocol';
import { and, desc, eq, type SQL } from 'drizzle-orm';
import { auditEntries, type Database, projects } from '../../platform/database/index.ts';
import { type ListRequest, pageOf } from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import { type AuditRow, toAuditEntry, toInstallationAuditEntry } from './audit-entry.ts';
import { type AuditFilters, type AuditScope, behind, inScope, matching } from './audit-filters.ts';

/** What the trail of the installation is asked for. */
export interface InstallationAuditFilters extends AuditFilters {
  readonly project: string | undefined;
  readonly scope: AuditScope | undefined;
}

/** So many entries are read at once: most pages are one or two such steps. */
const stepSize = 26;
/** A page that is heavier than this ends with the step that made it so. */
const pageBytesMax = 4 * 1024 * 1024;

/** A project's audit trail, the newest first. */
export async function listAudit(
  database: Database,
  projectKey: string,
  request: AuditFilters & ListRequest,
): Promise<Page<AuditEntry>> {
  const where = await ofProject(database, projectKey, request);
  const { rows, limit } = await readPage(database, where, request);
  return pageOf(rows, limit, { item: toAuditEntry, place });
}

/** The audit trail of the whole installation, the newest first: of every project, of deleted ones, and of none. */
export async function listInstallationAudit(
  database: Database,
  request: InstallationAuditFilters & ListRequest,
): Promise<Page<InstallationAuditEntry>> {
  const { rows, limit } = await readPage(database, ofInstallation(request), request);
  return pageOf(rows, limit, { item: toInstallationAuditEntry, place });
}

/** The entries of a project that the filters let through. Throws `not_found` where there is no such project. */
export async function ofProject(
  database: Database,
  projectKey: string,
  filters: AuditFilters,
): Promise<SQL | undefined> {
  const project = await findProject(database.read, projectKey);
  return and(eq(auditEntries.projectId, project.id), matching(filters));
}

/** The entries of the installation that the filters let through. */
export function ofInstallation(filters: InstallationAuditFilters): SQL | undefined {
  return and(inScope(filters), matching(filters));
}

/** Entries in the order of a trail, at most `limit`. */
export function readAudit(
  database: Database,
  where: SQL | undefined,
  limit: number,
): Promise<readonly AuditRow[]> {
  return database.read
    .select({ entry: auditEntries, projectKey: projects.key })
    .from(auditEntries)
    .leftJoin(projects, eq(projects.id, auditEntries.projectId))
    .where(where)
    .orderBy(desc(auditEntries.id))
    .limit(limit);
}

/**
 * A page, and one entry more where there are more. An entry brings up to two documents of a megabyte each, so it is read in
 * steps, and ends early where it has become heavy: `limit` is then how many it has.
 */
async function readPage(
  database: Database,
  where: SQL | undefined,
  { cursor, limit }: ListRequest,
): Promise<{ readonly rows: readonly AuditRow[]; readonly limit: number }> {
  const rows: AuditRow[] = [];
  let from = cursor === undefined ? undefined : Number(cursor);
  let bytes = 0;
  for (;;) {
    const wanted = Math.min(stepSize, limit + 1 - rows.length);
    const step = await readAudit(database, and(where, behind(from)), wanted);
    rows.push(...step);
    if (step.length < wanted || rows.length > limit) return { rows, limit };
    bytes += step.reduce((sum, row) => sum + weightOf(row), 0);
    if (bytes > pageBytesMax) return { rows, limit: rows.length - 1 };
    from = step.at(-1)?.entry.id;
  }
}

function weightOf({ entry: { before, after } }: AuditRow): number {
  return JSON.stringify([before, after]).length;
}

function place({ entry }: AuditRow): string {
  return String(entry.id);
}
