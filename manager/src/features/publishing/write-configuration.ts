import { Problem } from '@fauna-flags/protocol';
import { type Database, isUnavailable } from '../../platform/database/index.ts';
import type { Actor } from '../../platform/http/index.ts';
import { audit, configuredFlags, type Deed, nothing, publish, tell } from './conclude.ts';
import { lockEnvironment } from './locks.ts';
import { SharedCommits } from './shared-commits.ts';
import type { Change, EnvironmentUnit, WriteDeps } from './unit.ts';
import { writeEnvironment } from './write.ts';

/**
 * Changes the configuration of one flag in one environment, and nothing else, in a way that no other flag has a say in.
 * Those that come while another one is being committed share the next commit: one transaction does them all, and compiles
 * and keeps the ruleset once. Each is a version of its own; one that is refused leaves the others alone.
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
  readonly actor: Actor;
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
    isEverybodys: isUnavailable,
    tooLate: () =>
      new Problem('retryable', 'Cannot make this change now: too many came before it', {
        retryAfterSeconds: 1,
      }),
    now: () => performance.now(),
    onIdle: () => ofDatabase.delete(name),
  });
  ofDatabase.set(name, line);
  return line;
}

/** One transaction for several writes: their outcomes, in their order. Rejects when it was not committed, or may not have been. */
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
