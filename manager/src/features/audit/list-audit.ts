import type { AuditEntry, InstallationAuditEntry, Page } from '@fauna-flags/protocol';
import { and, desc, eq, type SQL } from 'drizzle-orm';
import { auditEntries, type Database, projects, withinBytes } from '../../platform/database/index.ts';
import { type ListRequest, pageWith } from '../../platform/http/index.ts';
import { findProject } from '../projects/index.ts';
import { type AuditRow, toAuditEntry, toInstallationAuditEntry } from './audit-entry.ts';
import { type AuditFilters, type AuditScope, behind, inScope, matching } from './audit-filters.ts';

/** What the trail of the installation is asked for. */
export interface InstallationAuditFilters extends AuditFilters {
  readonly project: string | undefined;
  readonly scope: AuditScope | undefined;
}

/** Documents that one page, or one step of an export, brings along; one entry's two can be a megabyte each. */
const documentBytesMax = 1024 * 1024;

/** A project's audit trail, the newest first. */
export async function listAudit(
  database: Database,
  projectKey: string,
  request: AuditFilters & ListRequest,
): Promise<Page<AuditEntry>> {
  const where = await ofProject(database, projectKey, request);
  const { rows, isMore } = await readPage(database, where, request);
  return pageWith(rows, { isMore, item: toAuditEntry, place });
}

/** The audit trail of the whole installation, the newest first: of every project, of deleted ones, and of none. */
export async function listInstallationAudit(
  database: Database,
  request: InstallationAuditFilters & ListRequest,
): Promise<Page<InstallationAuditEntry>> {
  const { rows, isMore } = await readPage(database, ofInstallation(request), request);
  return pageWith(rows, { isMore, item: toInstallationAuditEntry, place });
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

/** The ids of the entries that the filters let through, in the order of a trail, at most `limit`. */
export async function findAudit(
  { read }: Database,
  where: SQL | undefined,
  limit: number,
): Promise<readonly number[]> {
  const rows = await read
    .select({ id: auditEntries.id })
    .from(auditEntries)
    .leftJoin(projects, eq(projects.id, auditEntries.projectId))
    .where(where)
    .orderBy(desc(auditEntries.id))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** The first of these entries, as many as are not too heavy to be held at once: one at least. */
export async function readAudit({ read }: Database, ids: readonly number[]): Promise<readonly AuditRow[]> {
  if (ids.length === 0) return [];
  return read
    .select({ entry: auditEntries, projectKey: projects.key })
    .from(auditEntries)
    .leftJoin(projects, eq(projects.id, auditEntries.projectId))
    .where(withinBytes(ids, documentBytesMax))
    .orderBy(desc(auditEntries.id));
}

/** A page: what is found is not read before it is known to be light enough. */
async function readPage(
  database: Database,
  where: SQL | undefined,
  { cursor, limit }: ListRequest,
): Promise<{ readonly rows: readonly AuditRow[]; readonly isMore: boolean }> {
  const from = cursor === undefined ? undefined : Number(cursor);
  const ids = await findAudit(database, and(where, behind(from)), limit + 1);
  const rows = await readAudit(database, ids.slice(0, limit));
  return { rows, isMore: rows.length < ids.length };
}

function place({ entry }: AuditRow): string {
  return String(entry.id);
}
