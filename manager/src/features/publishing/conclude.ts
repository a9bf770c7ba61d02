/*
 * What every write transaction ends with: the rulesets that it has touched are compiled, what was done is written down, and
 * after the commit those are told who publish.
 */
import { keyRegistryDocument, type Snapshot } from '@fauna-flags/protocol';
import { asc, eq } from 'drizzle-orm';
import { auditEntries, environments, type Queries } from '../../platform/database/index.ts';
import type { Actor } from '../../platform/http/index.ts';
import { type PublishedEnvironment, type PublishScope, publishEnvironment } from './publish-environment.ts';
import { publishKeyRegistry } from './publish-key-registry.ts';
import type { Change, EnvironmentRow, Unit, WriteDeps } from './unit.ts';

/** What somebody has done in one request. */
export interface Deed {
  readonly at: Date;
  readonly actor: Actor;
  readonly changes: readonly Change[];
}

/** The statement that writes down what was done, in a project or in none. */
export function audit(tx: Queries, projectId: string | undefined, deeds: readonly Deed[]) {
  return tx.insert(auditEntries).values(
    deeds.flatMap(({ at, actor, changes }) =>
      changes.map(({ action, entity, environment, before, after }) => ({
        at,
        projectId: projectId ?? null,
        environment: environment ?? null,
        actor: actor.name,
        address: actor.address,
        token: actor.token ?? null,
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
export function tell(deps: WriteDeps, published: Published): void {
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
export interface Published {
  readonly environments: readonly PublishedEnvironment[];
  readonly keys: boolean;
}

/** Nothing has changed, or nothing that anybody is served. */
export const nothing: Published = { environments: [], keys: false };

/**
 * The flags whose configuration was changed, where nothing else was, and in one environment alone. Whatever changes a
 * configuration, and nothing but it, is called `configuration.…`: that makes a revision of it each time.
 */
export function configuredFlags(
  { environment }: { readonly environment?: EnvironmentRow },
  changes: readonly Change[],
): ReadonlySet<string> | undefined {
  const isConfiguration = ({ action, entity }: Change) =>
    entity.kind === 'flag' && action.startsWith('configuration.');
  if (environment === undefined || !changes.every(isConfiguration)) return undefined;
  return new Set(changes.map(({ entity }) => entity.key));
}

/** Compiles whatever the change can have touched as it lies in the database now; answers what has a new snapshot. */
export async function publish(
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
