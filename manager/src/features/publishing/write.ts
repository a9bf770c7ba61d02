import { asc, eq } from 'drizzle-orm';
import { environments, type Queries } from '../../platform/database/index.ts';
import type { Actor } from '../../platform/http/index.ts';
import { audit, configuredFlags, nothing, publish, tell } from './conclude.ts';
import { claimAnswer, keepAnswer } from './idempotent-answer.ts';
import { lockEnvironment, lockProject, ownProject, sharedProject } from './locks.ts';
import { lockKeyRegistry } from './publish-key-registry.ts';
import type {
  AsideUnit,
  Change,
  EnvironmentRow,
  EnvironmentUnit,
  ProjectRow,
  ProjectUnit,
  Unit,
  WriteDeps,
} from './unit.ts';

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

/** Changes one environment: its configurations, its keys, itself. */
export function writeEnvironment<Result>(
  deps: WriteDeps,
  { actor, ...scope }: { actor: Actor; project: string; environment: string; keys?: boolean },
  work: (unit: EnvironmentUnit) => Promise<Result>,
): Promise<Result> {
  return write(deps, actor, async (tx, unit) => {
    const { project, environment } = await lockEnvironment(tx, scope);
    if (scope.keys === true) await lockKeyRegistry(deps, tx);
    const result = await work({ ...unit, project, environment, environments: [environment] });
    return { result, projectId: project.id, environment, keys: scope.keys === true };
  });
}

/** Changes what all environments of a project hold, or which environments there are. */
export function writeProject<Result>(
  deps: WriteDeps,
  { actor, ...scope }: { actor: Actor; project: string; keys?: boolean },
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
  { actor }: { actor: Actor },
  work: (unit: Unit) => Promise<{ result: Result; projectId: string | undefined }>,
): Promise<Result> {
  return write(deps, actor, async (_tx, unit) => ({
    ...(await work({ ...unit, environments: [] })),
    keys: false,
  }));
}

/** Changes what belongs to a project but is in no ruleset, such as who its members are: nothing is compiled. */
export function writeAside<Result>(
  deps: WriteDeps,
  { actor, ...scope }: { actor: Actor; project: string },
  work: (unit: AsideUnit & { readonly project: ProjectRow }) => Promise<Result>,
): Promise<Result> {
  return write(deps, actor, async (tx, unit) => {
    const project = await lockProject(tx, scope.project, sharedProject);
    const result = await work({ ...unit, project });
    return { result, projectId: project.id, isAside: true, keys: false };
  });
}

/** Changes what belongs to no project, such as who the users are. */
export function writeInstallation<Result>(
  deps: WriteDeps,
  { actor }: { actor: Actor },
  work: (unit: AsideUnit) => Promise<Result>,
): Promise<Result> {
  return write(deps, actor, async (_tx, unit) => ({
    result: await work(unit),
    projectId: undefined,
    isAside: true,
    keys: false,
  }));
}

interface Outcome<Result> {
  readonly result: Result;
  readonly projectId: string | undefined;
  /** When one environment alone can have changed. */
  readonly environment?: EnvironmentRow;
  /** When no ruleset can have changed. */
  readonly isAside?: boolean;
  readonly keys: boolean;
}

async function write<Result>(
  deps: WriteDeps,
  actor: Actor,
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
    if (changes.length === 0) return { result: outcome.result, published: nothing };
    const { projectId } = outcome;
    const published =
      projectId === undefined || outcome.isAside === true
        ? nothing
        : await publish(
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
