import {
  type Configuration,
  type ConfigurationVersion,
  configurationSchema,
  configurationSourceSchema,
  type Page,
  Problem,
} from '@fauna-flags/protocol';
import { and, desc, eq, gt, inArray, isNull, lt, or } from 'drizzle-orm';
import {
  auditEntries,
  type Database,
  isOfConfiguration,
  type Queries,
  revisionAfter,
  withinBytes,
} from '../../platform/database/index.ts';
import { type ListRequest, pageWith } from '../../platform/http/index.ts';
import { findEnvironment } from '../environments/index.ts';
import { findProject } from '../projects/index.ts';
import { changesBetween } from './changes-between.ts';
import { type ConfigurationRow, findFlagConfiguration, toConfiguration } from './configuration.ts';

/*
 * The history of a configuration is the audit trail read in another way: each entry of a configuration is one revision of
 * it, with the one before and the one after. Nothing is kept twice, so nothing can tell another story.
 *
 * The first revision is in no such entry. It came with the flag, or with the environment where that is the younger one,
 * and is what the entry of the second revision tells of as the one before; where there is no second, it is what is there.
 *
 * A key can be used again after a deletion. What the trail tells of an earlier flag, or environment, of the same key lies
 * before the entry that tells of the making of the present one.
 */

/** Whose history. */
export interface HistoryScope {
  readonly project: string;
  readonly flag: string;
  readonly environment: string;
}

/** A configuration that has a history: what is there now, and where in the audit trail the rest is. */
export interface ConfigurationSubject {
  readonly projectId: string;
  readonly where: HistoryScope;
  readonly row: ConfigurationRow;
}

/** What the entries of one page weigh; one can be two configurations of a megabyte each. */
const pageBytesMax = 1024 * 1024;

/**
 * Every revision of a configuration, the newest first; three statements or four beside the ones that find the flag. A page
 * ends early where it has become heavy, with one revision at least.
 */
export async function listConfigurationHistory(
  database: Database,
  scope: HistoryScope,
  { limit, cursor }: Omit<ListRequest, 'query'>,
): Promise<Page<ConfigurationVersion>> {
  const { read } = database;
  const subject = await findSubject(read, scope);
  const made = await findMaking(read, subject);
  const before = cursor === undefined ? undefined : Number(cursor);
  const ids = await findEntries(read, subject, { made, before, limit: limit + 1 });
  const entries = await readEntries(read, ids.slice(0, limit));
  const versions = entries.map(toVersion);
  const isOnlyFirstLeft = entries.length === ids.length && before !== 1;
  const hasFirst = isOnlyFirstLeft && entries.length < limit;
  if (hasFirst) {
    // Where the page before ended with the second one, this page does not have it.
    const next =
      entries.at(-1) ??
      (before === undefined ? undefined : await findEntry(read, subject, { made, revision: before }));
    versions.push(firstVersion(subject, made, next));
  }
  return pageWith(versions, {
    isMore: entries.length < ids.length || (isOnlyFirstLeft && !hasFirst),
    item: (version) => version,
    place: ({ revision }) => String(revision),
  });
}

/**
 * One revision of a configuration, with what it changed against the one before, or against the revision `from`; 404 when
 * there is no such revision.
 */
export async function readConfigurationVersion(
  database: Database,
  { revision, ...scope }: HistoryScope & { readonly revision: string },
  { from }: { readonly from: number | undefined },
): Promise<ConfigurationVersion> {
  const subject = await findSubject(database.read, scope);
  const number = /^[1-9]\d{0,8}$/.test(revision) ? Number(revision) : 0;
  const [version, other] = await findVersions(database.read, subject, [number, from]);
  if (version === undefined) throw noSuchRevision(subject, revision, 'not_found');
  if (from === undefined) return version;
  if (other === undefined) throw noSuchRevision(subject, from, 'unprocessable', 'from');
  return { ...version, changes: [...changesBetween(other.configuration, version.configuration)] };
}

/** The versions with these revisions, in their order; `undefined` in place of each that there is not. */
export async function findVersions(
  queries: Queries,
  subject: ConfigurationSubject,
  revisions: readonly (number | undefined)[],
): Promise<readonly (ConfigurationVersion | undefined)[]> {
  const made = await findMaking(queries, subject);
  // The first one is told of by the entry of the second.
  const wanted = revisions
    .filter((revision) => revision !== undefined)
    // Nor is the database asked about what is no revision yet: it may be beyond any number that a column holds.
    .filter((revision) => revision <= subject.row.revision)
    .map((revision) => Math.max(2, revision));
  const entries = await queries
    .select(entryColumns)
    .from(auditEntries)
    .where(and(isOf(subject, made), inArray(revisionAfter(auditEntries.after), wanted)));
  const versions = entries.map((entry) => toVersion(entry));
  if (revisions.includes(1)) {
    const second = versions.findIndex(({ revision }) => revision === 2);
    versions.push(firstVersion(subject, made, entries[second]));
  }
  return revisions.map((wanted) => versions.find(({ revision }) => revision === wanted));
}

/** What is said of a revision that there is not. */
export function noSuchRevision(
  { where, row }: ConfigurationSubject,
  revision: string | number,
  code: 'not_found' | 'unprocessable',
  path?: string,
): Problem {
  const what = `Cannot find revision ${revision} of flag "${where.flag}" in environment "${where.environment}"`;
  const message = `must be a revision from 1 to ${row.revision}`;
  return new Problem(
    code,
    `${what}: it ${message}`,
    path === undefined ? {} : { errors: [{ path, message }] },
  );
}

async function findSubject(queries: Queries, where: HistoryScope): Promise<ConfigurationSubject> {
  const project = await findProject(queries, where.project);
  const environment = await findEnvironment(queries, where);
  const { row } = await findFlagConfiguration(queries, { project, environment }, where.flag);
  return { projectId: project.id, where, row };
}

const madeColumns = {
  id: auditEntries.id,
  at: auditEntries.at,
  actor: auditEntries.actor,
  address: auditEntries.address,
  token: auditEntries.token,
  action: auditEntries.action,
};
const entryColumns = { ...madeColumns, before: auditEntries.before, after: auditEntries.after };

/** Drizzle's row of the one. */
interface Making {
  readonly id: number;
  readonly at: Date;
  readonly actor: string;
  readonly address: string;
  readonly token: string | null;
  readonly action: string;
}

/** And of the other. */
interface Entry extends Making {
  readonly before: unknown;
  readonly after: unknown;
}

/** The entry that tells how this configuration came to be: the making of its flag or of its environment. */
async function findMaking(
  queries: Queries,
  { projectId, where }: ConfigurationSubject,
): Promise<Making | undefined> {
  // By the action, too: whatever else happens to an environment may have nothing before it.
  const isMadeBy = (kind: 'flag' | 'environment', key: string) =>
    and(
      eq(auditEntries.entityKind, kind),
      eq(auditEntries.entityKey, key),
      eq(auditEntries.action, `${kind}.create`),
    );
  const [made] = await queries
    .select(madeColumns)
    .from(auditEntries)
    .where(
      and(
        eq(auditEntries.projectId, projectId),
        isNull(auditEntries.before),
        or(isMadeBy('flag', where.flag), isMadeBy('environment', where.environment)),
      ),
    )
    .orderBy(desc(auditEntries.id))
    .limit(1);
  return made;
}

function isOf({ projectId, where }: ConfigurationSubject, made: Making | undefined) {
  return and(
    eq(auditEntries.projectId, projectId),
    eq(auditEntries.entityKey, where.flag),
    eq(auditEntries.environment, where.environment),
    isOfConfiguration(auditEntries.action),
    made === undefined ? undefined : gt(auditEntries.id, made.id),
  );
}

/**
 * The ids of the entries with revisions before one, the newest first. Nothing of the entries themselves is read: the index
 * has all that this asks for, while a single revision would be read out of a whole configuration.
 */
async function findEntries(
  queries: Queries,
  subject: ConfigurationSubject,
  {
    made,
    before,
    limit,
  }: {
    readonly made: Making | undefined;
    readonly before: number | undefined;
    readonly limit: number;
  },
): Promise<readonly number[]> {
  const revision = revisionAfter(auditEntries.after);
  const rows = await queries
    .select({ id: auditEntries.id })
    .from(auditEntries)
    .where(and(isOf(subject, made), before === undefined ? undefined : lt(revision, before)))
    .orderBy(desc(revision))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** The first of these, as many as are not too heavy for a page: one at least. */
async function readEntries(queries: Queries, ids: readonly number[]): Promise<readonly Entry[]> {
  if (ids.length === 0) return [];
  return queries
    .select(entryColumns)
    .from(auditEntries)
    .where(withinBytes(ids, pageBytesMax))
    .orderBy(desc(auditEntries.id));
}

/** The entry that tells of this revision. */
async function findEntry(
  queries: Queries,
  subject: ConfigurationSubject,
  { made, revision }: { readonly made: Making | undefined; readonly revision: number },
): Promise<Entry | undefined> {
  const [entry] = await queries
    .select(entryColumns)
    .from(auditEntries)
    .where(and(isOf(subject, made), eq(revisionAfter(auditEntries.after), revision)));
  return entry;
}

function toVersion(entry: Entry): ConfigurationVersion {
  const configuration = configurationSchema.parse(entry.after);
  return {
    ...who(entry),
    revision: configuration.revision,
    ...sourceOf(entry.after),
    configuration,
    changes: [...changesBetween(configurationSchema.parse(entry.before), configuration)],
  };
}

/** The first revision; `next` is the entry of the second one, if there is one. */
function firstVersion(
  { row, where }: ConfigurationSubject,
  made: Making | undefined,
  next: Entry | undefined,
): ConfigurationVersion {
  const configuration: Configuration =
    next === undefined ? toConfiguration(row, where) : configurationSchema.parse(next.before);
  const unknown = { at: configuration.updatedAt, actor: null, address: '', token: null, action: null };
  return {
    ...(made === undefined ? unknown : who(made)),
    revision: configuration.revision,
    configuration,
    changes: [],
  };
}

function who({ at, actor, address, token, action }: Making) {
  return { at: at.toISOString(), actor, address, token, action };
}

function sourceOf(after: unknown): Pick<ConfigurationVersion, 'source'> {
  const source = typeof after === 'object' && after !== null && 'source' in after ? after.source : undefined;
  return source === undefined ? {} : { source: configurationSourceSchema.parse(source) };
}
