import {
  type Configuration,
  type ConfigurationVersion,
  configurationSchema,
  configurationSourceSchema,
  type Page,
  Problem,
} from '@fauna-flags/protocol';
import { and, desc, eq, gt, inArray, isNull, lte, or } from 'drizzle-orm';
import {
  auditEntries,
  type Database,
  isOfConfiguration,
  type Queries,
  revisionAfter,
} from '../../platform/database/index.ts';
import { type ListRequest, pageOf } from '../../platform/http/index.ts';
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

/** Every revision of a configuration, the newest first; three statements beside the one that finds the flag. */
export async function listConfigurationHistory(
  database: Database,
  scope: HistoryScope,
  { limit, cursor }: Omit<ListRequest, 'query'>,
): Promise<Page<ConfigurationVersion>> {
  const subject = await findSubject(database.read, scope);
  const made = await findMaking(database.read, subject);
  const revisionMax = cursor === undefined ? undefined : Number(cursor);
  // With the last one of the page before, which tells what came before it.
  const [last, entries] = split(
    await readEntries(database.read, subject, {
      made,
      revisionMax,
      limit: limit + (revisionMax === undefined ? 1 : 2),
    }),
    revisionMax,
  );
  const versions = entries.map((entry) => toVersion(entry));
  const isWhole = entries.length <= limit && revisionMax !== 1;
  if (isWhole) versions.push(firstVersion(subject, made, entries.at(-1) ?? last));
  return pageOf(versions, limit, { item: (version) => version, place: ({ revision }) => String(revision) });
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

const entryColumns = {
  id: auditEntries.id,
  revision: revisionAfter(auditEntries.after),
  at: auditEntries.at,
  actor: auditEntries.actor,
  address: auditEntries.address,
  token: auditEntries.token,
  action: auditEntries.action,
  before: auditEntries.before,
  after: auditEntries.after,
};

/** Drizzle's row of these columns. */
interface Entry {
  readonly id: number;
  readonly revision: number;
  readonly at: Date;
  readonly actor: string;
  readonly address: string;
  readonly token: string | null;
  readonly action: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The entry that tells how this configuration came to be: the making of its flag or of its environment. */
async function findMaking(
  queries: Queries,
  { projectId, where }: ConfigurationSubject,
): Promise<Entry | undefined> {
  // By the action, too: whatever else happens to an environment may have nothing before it.
  const isMadeBy = (kind: 'flag' | 'environment', key: string) =>
    and(
      eq(auditEntries.entityKind, kind),
      eq(auditEntries.entityKey, key),
      eq(auditEntries.action, `${kind}.create`),
    );
  const [made] = await queries
    .select(entryColumns)
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

function isOf({ projectId, where }: ConfigurationSubject, made: Entry | undefined) {
  return and(
    eq(auditEntries.projectId, projectId),
    eq(auditEntries.entityKey, where.flag),
    eq(auditEntries.environment, where.environment),
    isOfConfiguration(auditEntries.action),
    made === undefined ? undefined : gt(auditEntries.id, made.id),
  );
}

function readEntries(
  queries: Queries,
  subject: ConfigurationSubject,
  page: {
    readonly made: Entry | undefined;
    readonly revisionMax: number | undefined;
    readonly limit: number;
  },
): Promise<readonly Entry[]> {
  const revision = revisionAfter(auditEntries.after);
  return queries
    .select(entryColumns)
    .from(auditEntries)
    .where(
      and(
        isOf(subject, page.made),
        page.revisionMax === undefined ? undefined : lte(revision, page.revisionMax),
      ),
    )
    .orderBy(desc(revision))
    .limit(page.limit);
}

/** The entry that the page before ended with, and those behind it. */
function split(
  entries: readonly Entry[],
  revisionMax: number | undefined,
): readonly [last: Entry | undefined, entries: readonly Entry[]] {
  const [first, ...rest] = entries;
  return first !== undefined && first.revision === revisionMax ? [first, rest] : [undefined, entries];
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
  made: Entry | undefined,
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

function who({ at, actor, address, token, action }: Entry) {
  return { at: at.toISOString(), actor, address, token, action };
}

function sourceOf(after: unknown): Pick<ConfigurationVersion, 'source'> {
  const source = typeof after === 'object' && after !== null && 'source' in after ? after.source : undefined;
  return source === undefined ? {} : { source: configurationSourceSchema.parse(source) };
}
