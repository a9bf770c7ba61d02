import { keyRegistryDocument, Problem } from '@fauna-flags/protocol';
import { and, asc, eq } from 'drizzle-orm';
import {
  auditEntries,
  type Database,
  environments,
  projects,
  type Queries,
} from '../../platform/database/index.ts';
import type { IdempotentRequest } from '../../platform/http/index.ts';
import { claimAnswer, keepAnswer } from './idempotent-answer.ts';
import type { KnownRuleset, KnownRulesets } from './known-rulesets.ts';
import { type PublishScope, publishEnvironment } from './publish-environment.ts';
import { lockKeyRegistry, publishKeyRegistry } from './publish-key-registry.ts';

/*
 * The write transaction: the one way in which anything changes.
 *
 *   1. Lock the project row, then the rows of its environments in the order of their ids, the key registry last. A change
 *      of one environment shares the project with others of its sort; a change of what all environments hold (an audience,
 *      an attribute, a flag, the environments themselves) has it alone. Because every transaction takes its locks in this
 *      one order and declares at the start which ones it needs, no two can wait for each other.
 *   2. Do the change: the use case checks the revision and touches its rows.
 *   3. Compile each touched environment with the library that bearers evaluate with. Where the compiled content differs
 *      from the stored snapshot, the version grows by one and the snapshot is replaced; a change of a title leaves no
 *      trace here. What does not compile, or is too large, takes the whole transaction back.
 *   4. Write the audit entries and commit. Row locks are held until the commit, so the order of versions is the order of
 *      commits: no gap and no version that was seen before its predecessor.
 *   5. Nudge the publisher. The nudge may be lost; publishers poll too. Nobody waits for a store here.
 *
 * READ COMMITTED is enough, because each statement after a lock sees everything that was committed before it was granted.
 */

/** What use cases need of the world. */
export interface WriteDeps {
  readonly database: Database;
  readonly now: () => Date;
  /** A cryptographic generator. */
  readonly randomBytes: (size: number) => Uint8Array;
  /** Told after each commit which documents have a new snapshot; must not throw, and nobody waits for it. */
  readonly onCommit: (documentIds: readonly string[]) => void;
  /** What was committed last, so that a change of one flag need not read all the others; absent: they are read. */
  readonly known?: KnownRulesets;
  /** Set for one request that its sender may send again: it is done once, and answered the same every time. */
  readonly idempotent?: IdempotentRequest;
}

/** A project as the database holds it. */
export type ProjectRow = typeof projects.$inferSelect;
/** An environment as the database holds it. */
export type EnvironmentRow = typeof environments.$inferSelect;

/** One entry of the audit trail, but for what the transaction knows itself. */
export interface Change {
  readonly action: string;
  readonly entity: { readonly kind: string; readonly key: string };
  readonly environment?: string;
  readonly before?: object | null;
  readonly after?: object | null;
}

/** What a use case works with inside the transaction. */
export interface Unit {
  readonly tx: Queries;
  readonly at: Date;
  /** The locked environments: the one of the scope, or all of the project in the order of their ids. */
  readonly environments: readonly EnvironmentRow[];
  /** Tells what was changed. A unit that records nothing has changed nothing, and nothing is compiled for it. */
  record(change: Change): void;
}

/** A unit of a project that exists. */
export interface ProjectUnit extends Unit {
  readonly project: ProjectRow;
}

/** A unit of one environment. */
export interface EnvironmentUnit extends ProjectUnit {
  readonly environment: EnvironmentRow;
}

/** Changes one environment: its configurations, its keys, itself. */
export function writeEnvironment<Result>(
  deps: WriteDeps,
  { actor, ...scope }: { actor: string; project: string; environment: string; keys?: boolean },
  work: (unit: EnvironmentUnit) => Promise<Result>,
): Promise<Result> {
  return write(deps, actor, async (tx, unit) => {
    const project = await lockProject(tx, scope.project, 'share');
    const [environment] = await tx
      .select()
      .from(environments)
      .where(and(eq(environments.projectId, project.id), eq(environments.key, scope.environment)))
      .for('update');
    if (environment === undefined) {
      throw new Problem(
        'not_found',
        `Cannot find environment "${scope.environment}" in project "${scope.project}"`,
      );
    }
    if (scope.keys === true) await lockKeyRegistry(deps, tx);
    const result = await work({ ...unit, project, environment, environments: [environment] });
    return { result, projectId: project.id, environmentId: environment.id, keys: scope.keys === true };
  });
}

/** Changes what all environments of a project hold, or which environments there are. */
export function writeProject<Result>(
  deps: WriteDeps,
  { actor, ...scope }: { actor: string; project: string; keys?: boolean },
  work: (unit: ProjectUnit) => Promise<Result>,
): Promise<Result> {
  return write(deps, actor, async (tx, unit) => {
    const project = await lockProject(tx, scope.project, 'update');
    const rows = await tx
      .select()
      .from(environments)
      .where(eq(environments.projectId, project.id))
      .orderBy(asc(environments.id))
      .for('update');
    if (scope.keys === true) await lockKeyRegistry(deps, tx);
    const result = await work({ ...unit, project, environments: rows });
    return { result, projectId: project.id, keys: scope.keys === true };
  });
}

/** Makes a project; `work` answers its id beside the result, none when it made nothing. Nobody else sees it before the commit. */
export function writeNewProject<Result>(
  deps: WriteDeps,
  { actor }: { actor: string },
  work: (unit: Unit) => Promise<{ result: Result; projectId: string | undefined }>,
): Promise<Result> {
  return write(deps, actor, async (_tx, unit) => ({
    ...(await work({ ...unit, environments: [] })),
    keys: false,
  }));
}

interface Outcome<Result> {
  readonly result: Result;
  readonly projectId: string | undefined;
  /** When one environment alone can have changed. */
  readonly environmentId?: string;
  readonly keys: boolean;
}

async function write<Result>(
  deps: WriteDeps,
  actor: string,
  work: (tx: Queries, unit: Omit<Unit, 'environments'>) => Promise<Outcome<Result>>,
): Promise<Result> {
  const { result, published } = await deps.database.transaction(async (tx) => {
    const changes: Change[] = [];
    const at = deps.now();
    const before = deps.idempotent && (await claimAnswer(tx, deps.idempotent, at));
    // The same key, method, path and body: the answer can only be of the type that this very use case gave.
    if (before !== undefined) return { result: before.answer as Result, published: nothing };
    const outcome = await work(tx, { tx, at, record: (change) => changes.push(change) });
    if (deps.idempotent !== undefined) await keepAnswer(tx, deps.idempotent, outcome.result);
    const { projectId } = outcome;
    if (changes.length === 0 || projectId === undefined)
      return { result: outcome.result, published: nothing };
    const published = await publish(tx, at, {
      ...{ ...outcome, projectId },
      scope: { known: deps.known, configured: configuredFlags(outcome, changes) },
    });
    await tx.insert(auditEntries).values(
      changes.map(({ action, entity, environment, before, after }) => ({
        at,
        projectId,
        environment: environment ?? null,
        actor,
        action,
        entityKind: entity.kind,
        entityKey: entity.key,
        before: before ?? null,
        after: after ?? null,
      })),
    );
    return { result: outcome.result, published };
  });
  for (const known of published.environments) deps.known?.keep(known);
  const documentIds = published.environments.map(({ environmentId }) => environmentId);
  if (published.keys) documentIds.push(keyRegistryDocument);
  if (documentIds.length > 0) deps.onCommit(documentIds);
  return result;
}

/** What has a new snapshot after a transaction. */
interface Published {
  readonly environments: readonly KnownRuleset[];
  readonly keys: boolean;
}

const nothing: Published = { environments: [], keys: false };

/** The flags whose configuration was changed, where nothing else was, and in one environment alone. */
function configuredFlags(
  { environmentId }: Pick<Outcome<unknown>, 'environmentId'>,
  changes: readonly Change[],
): ReadonlySet<string> | undefined {
  const isConfiguration = ({ action, entity }: Change) =>
    entity.kind === 'flag' && (action === 'configuration.toggle' || action === 'configuration.update');
  if (environmentId === undefined || !changes.every(isConfiguration)) return undefined;
  return new Set(changes.map(({ entity }) => entity.key));
}

/** Compiles whatever the change can have touched as it lies in the database now; answers what has a new snapshot. */
async function publish(
  tx: Queries,
  at: Date,
  {
    projectId,
    environmentId,
    keys,
    scope,
  }: { projectId: string; environmentId?: string; keys: boolean; scope: PublishScope },
): Promise<Published> {
  const touched = await tx
    .select()
    .from(environments)
    .where(
      environmentId === undefined
        ? eq(environments.projectId, projectId)
        : eq(environments.id, environmentId),
    )
    .orderBy(asc(environments.id));
  const published: KnownRuleset[] = [];
  for (const environment of touched) {
    const kept = await publishEnvironment(tx, environment, scope);
    if (kept !== undefined) published.push(kept);
  }
  return { environments: published, keys: keys && (await publishKeyRegistry(tx, at)) };
}

async function lockProject(tx: Queries, key: string, strength: 'share' | 'update'): Promise<ProjectRow> {
  const [project] = await tx.select().from(projects).where(eq(projects.key, key)).for(strength);
  if (project === undefined) throw new Problem('not_found', `Cannot find project "${key}"`);
  return project;
}
