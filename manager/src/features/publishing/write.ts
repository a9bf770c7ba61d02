import { keyRegistryDocument, Problem, type Snapshot } from '@fauna-flags/protocol';
import { and, asc, eq, sql } from 'drizzle-orm';
import {
  auditEntries,
  type Database,
  environments,
  type Later,
  prepared,
  projects,
  type Queries,
} from '../../platform/database/index.ts';
import type { IdempotentRequest } from '../../platform/http/index.ts';
import { claimAnswer, keepAnswer } from './idempotent-answer.ts';
import type { KnownRulesets } from './known-rulesets.ts';
import { type PublishedEnvironment, type PublishScope, publishEnvironment } from './publish-environment.ts';
import { lockKeyRegistry, publishKeyRegistry } from './publish-key-registry.ts';
import { SharedCommits } from './shared-commits.ts';

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
  /**
   * Told after each commit which documents have a new snapshot, and those of environments as they were committed; must not
   * throw, and nobody waits for it.
   */
  readonly onCommit: (documentIds: readonly string[], snapshots: ReadonlyMap<string, Snapshot>) => void;
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
  /** True when the ruleset of the environment is another one for it: tells how many versions a commit of several is. */
  readonly isSeen?: boolean;
}

/** What a use case works with inside the transaction. */
export interface Unit {
  readonly tx: Queries;
  /** Sends a statement whose outcome only the commit waits for. */
  readonly later: Later;
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
    const { project, environment } = await lockEnvironment(tx, scope);
    if (scope.keys === true) await lockKeyRegistry(deps, tx);
    const result = await work({ ...unit, project, environment, environments: [environment] });
    return { result, projectId: project.id, environment, keys: scope.keys === true };
  });
}

/**
 * Changes the configuration of one flag in one environment, and nothing else, in a way that no other flag has a say in. Those that come while another one is being
 * committed share the next commit: one transaction does them all, and compiles and keeps the ruleset once. Each is a version
 * of its own; one that is refused leaves the others alone.
 */
export function writeConfiguration<Result>(
  deps: WriteDeps,
  scope: ConfigurationScope,
  work: (unit: EnvironmentUnit) => Promise<Result>,
): Promise<Result> {
  // What must be done once and answered the same again keeps its answer beside the change.
  if (deps.idempotent !== undefined) return writeEnvironment(deps, scope, work);
  const line = lineOf(deps.database, `${scope.project}/${scope.environment}`);
  return line.join({ deps, scope, work });
}

/**
 * Does the writes of one flag one after the other, and those of different flags side by side, which share turns of the
 * network. Settles when all have: whoever was still at work after the transaction would work outside of it.
 */
async function inTurnByFlag<Outcome>(
  writes: readonly ConfigurationWrite[],
  doOne: (write: ConfigurationWrite) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const last = new Map<string, Promise<unknown>>();
  const started = writes.map((write) => {
    const before = last.get(write.scope.flag);
    const outcome = before === undefined ? doOne(write) : before.then(() => doOne(write));
    last.set(write.scope.flag, outcome);
    return outcome;
  });
  await Promise.allSettled(started);
  return Promise.all(started);
}

interface ConfigurationScope {
  readonly actor: string;
  readonly project: string;
  readonly environment: string;
  readonly flag: string;
}

interface ConfigurationWrite<Result = unknown> {
  readonly deps: WriteDeps;
  readonly scope: ConfigurationScope;
  readonly work: (unit: EnvironmentUnit) => Promise<Result>;
}

const lines = new WeakMap<Database, Map<string, SharedCommits<ConfigurationWrite>>>();

/** The line of writers of one environment, and of this manager alone: others are waited for at the row's lock. */
function lineOf(database: Database, name: string): SharedCommits<ConfigurationWrite> {
  const ofDatabase = lines.get(database) ?? new Map<string, SharedCommits<ConfigurationWrite>>();
  lines.set(database, ofDatabase);
  const known = ofDatabase.get(name);
  if (known !== undefined) return known;
  const line = new SharedCommits<ConfigurationWrite>({
    alone: ({ deps, scope, work }) => writeEnvironment(deps, scope, work),
    together: writeTogether,
    onIdle: () => ofDatabase.delete(name),
  });
  ofDatabase.set(name, line);
  return line;
}

/** One transaction for several writes: their outcomes, in their order. Rejects when none of them is committed. */
async function writeTogether(
  writes: readonly ConfigurationWrite[],
): Promise<readonly PromiseSettledResult<unknown>[]> {
  const [first] = writes;
  if (first === undefined) return [];
  const { deps, scope } = first;
  const { outcomes, published } = await deps.database.transaction(async (tx, later) => {
    const locked = await lockEnvironment(tx, scope);
    const { project, environment } = locked;
    const done: Deed[] = [];
    const doOne = async ({ deps, scope, work }: ConfigurationWrite) => {
      const changes: Change[] = [];
      const at = deps.now();
      let hasWritten = false;
      const unit: EnvironmentUnit = {
        ...{ ...locked, tx, at, environments: [environment] },
        later(statement) {
          hasWritten = true;
          later(statement);
        },
        record: (change) => changes.push(change),
      };
      try {
        const value = await work(unit);
        done.push({ at, actor: scope.actor, changes });
        return { status: 'fulfilled', value } as const;
      } catch (reason) {
        // One that was refused before it wrote anything is through; of everything else each must be tried by itself.
        if (hasWritten || !(reason instanceof Problem)) throw reason;
        return { status: 'rejected', reason } as const;
      }
    };
    const outcomes = await inTurnByFlag(writes, doOne);
    const changes = done.flatMap((write) => write.changes);
    if (changes.length === 0) return { outcomes, published: nothing };
    const published = await publish(
      { tx, later, at: deps.now() },
      {
        ...{ projectId: project.id, environment, keys: false },
        scope: {
          known: deps.known,
          configured: configuredFlags({ environment }, changes),
          versions: changes.filter(({ isSeen }) => isSeen === true).length,
        },
      },
    );
    later(audit(tx, project.id, done));
    return { outcomes, published };
  });
  tell(deps, published);
  return outcomes;
}

/** Changes what all environments of a project hold, or which environments there are. */
export function writeProject<Result>(
  deps: WriteDeps,
  { actor, ...scope }: { actor: string; project: string; keys?: boolean },
  work: (unit: ProjectUnit) => Promise<Result>,
): Promise<Result> {
  return write(deps, actor, async (tx, unit) => {
    const project = await lockProject(tx, scope.project, ownProject);
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
  readonly environment?: EnvironmentRow;
  readonly keys: boolean;
}

async function write<Result>(
  deps: WriteDeps,
  actor: string,
  work: (tx: Queries, unit: Omit<Unit, 'environments'>) => Promise<Outcome<Result>>,
): Promise<Result> {
  const { result, published } = await deps.database.transaction(async (tx, later) => {
    const changes: Change[] = [];
    const at = deps.now();
    const before = deps.idempotent && (await claimAnswer(tx, deps.idempotent, at));
    // The same key, method, path and body: the answer can only be of the type that this very use case gave.
    if (before !== undefined) return { result: before.answer as Result, published: nothing };
    const outcome = await work(tx, { tx, later, at, record: (change) => changes.push(change) });
    if (deps.idempotent !== undefined) await keepAnswer(tx, deps.idempotent, outcome.result);
    const { projectId } = outcome;
    if (changes.length === 0 || projectId === undefined)
      return { result: outcome.result, published: nothing };
    const published = await publish(
      { tx, later, at },
      {
        ...{ ...outcome, projectId },
        scope: { known: deps.known, configured: configuredFlags(outcome, changes) },
      },
    );
    later(audit(tx, projectId, [{ at, actor, changes }]));
    return { result: outcome.result, published };
  });
  tell(deps, published);
  return result;
}

/** What somebody has done in one request. */
interface Deed {
  readonly at: Date;
  readonly actor: string;
  readonly changes: readonly Change[];
}

function audit(tx: Queries, projectId: string, deeds: readonly Deed[]) {
  return tx.insert(auditEntries).values(
    deeds.flatMap(({ at, actor, changes }) =>
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
    ),
  );
}

/** Tells of what was committed: this manager itself, and whoever publishes. */
function tell(deps: WriteDeps, published: Published): void {
  const snapshots = new Map<string, Snapshot>();
  for (const { environmentId, snapshot, ruleset } of published.environments) {
    const { epoch, version, hash, payload } = snapshot;
    deps.known?.keep({ environmentId, epoch, version, hash, bytes: payload.length, ruleset });
    snapshots.set(environmentId, snapshot);
  }
  const documentIds = [...snapshots.keys(), ...(published.keys ? [keyRegistryDocument] : [])];
  if (documentIds.length > 0) deps.onCommit(documentIds, snapshots);
}

/** What has a new snapshot after a transaction. */
interface Published {
  readonly environments: readonly PublishedEnvironment[];
  readonly keys: boolean;
}

const nothing: Published = { environments: [], keys: false };

/** The flags whose configuration was changed, where nothing else was, and in one environment alone. */
function configuredFlags(
  { environment }: Pick<Outcome<unknown>, 'environment'>,
  changes: readonly Change[],
): ReadonlySet<string> | undefined {
  const isConfiguration = ({ action, entity }: Change) =>
    entity.kind === 'flag' && (action === 'configuration.toggle' || action === 'configuration.update');
  if (environment === undefined || !changes.every(isConfiguration)) return undefined;
  return new Set(changes.map(({ entity }) => entity.key));
}

/** Compiles whatever the change can have touched as it lies in the database now; answers what has a new snapshot. */
async function publish(
  unit: Pick<Unit, 'tx' | 'later' | 'at'>,
  {
    projectId,
    environment: one,
    keys,
    scope,
  }: { projectId: string; environment?: EnvironmentRow; keys: boolean; scope: PublishScope },
): Promise<Published> {
  const { tx } = unit;
  const touched =
    one !== undefined && scope.configured !== undefined
      ? [one] // Its row is locked, and nothing of it has changed.
      : await tx
          .select()
          .from(environments)
          .where(one === undefined ? eq(environments.projectId, projectId) : eq(environments.id, one.id))
          .orderBy(asc(environments.id));
  const published: PublishedEnvironment[] = [];
  for (const environment of touched) {
    const kept = await publishEnvironment(unit, environment, scope);
    if (kept !== undefined) published.push(kept);
  }
  return { environments: published, keys: keys && (await publishKeyRegistry(unit)) };
}

const projectByKey = (queries: Queries) =>
  queries
    .select()
    .from(projects)
    .where(eq(projects.key, sql.placeholder('key')));
const sharedProject = (queries: Queries) => projectByKey(queries).for('share').prepare('');
const ownProject = (queries: Queries) => projectByKey(queries).for('update').prepare('');

const lockedEnvironment = (queries: Queries) =>
  queries
    .select()
    .from(environments)
    .where(
      and(
        eq(environments.projectId, sql.placeholder('projectId')),
        eq(environments.key, sql.placeholder('key')),
      ),
    )
    .for('update')
    .prepare('');

async function lockEnvironment(
  tx: Queries,
  scope: { readonly project: string; readonly environment: string },
): Promise<{ readonly project: ProjectRow; readonly environment: EnvironmentRow }> {
  const project = await lockProject(tx, scope.project, sharedProject);
  const [environment] = await prepared(tx, lockedEnvironment).execute({
    projectId: project.id,
    key: scope.environment,
  });
  if (environment !== undefined) return { project, environment };
  throw new Problem(
    'not_found',
    `Cannot find environment "${scope.environment}" in project "${scope.project}"`,
  );
}

async function lockProject(tx: Queries, key: string, locked: typeof sharedProject): Promise<ProjectRow> {
  const [project] = await prepared(tx, locked).execute({ key });
  if (project === undefined) throw new Problem('not_found', `Cannot find project "${key}"`);
  return project;
}
