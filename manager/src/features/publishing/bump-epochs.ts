import type { Database } from '../../platform/database/index.ts';
import type { Actor } from '../../platform/http/index.ts';
import { audit, type Deed } from './conclude.ts';
import { lockEnvironment } from './locks.ts';
import { type MovedEnvironment, moveAll, moveEnvironment } from './move-epochs.ts';

/** What moving epochs takes. */
export interface BumpEpochsDeps {
  readonly database: Database;
  readonly now: () => Date;
}

/**
 * Moves one environment to a new epoch, so that every reader takes over what the database holds now, whatever it has seen
 * before: for after a restored backup. Answers where it stands. Managers that run publish it by their next poll.
 *
 * `not_found` when there is no such environment.
 */
export function bumpEpoch(
  { database, now }: BumpEpochsDeps,
  scope: { readonly project: string; readonly environment: string; readonly actor: Actor },
): Promise<MovedEnvironment> {
  return database.transaction(async (tx, later) => {
    const { project, environment } = await lockEnvironment(tx, scope);
    const [moved] = await moveEnvironment(tx, environment.id, now());
    if (moved === undefined) throw new Error('An environment went away under its lock');
    later(audit(tx, project.id, [deedOf(moved, { ...scope, at: now() })]));
    return moved;
  });
}

/** The same for every environment and the key registry; `keysEpoch` is none before the first start of a manager. */
export function bumpAllEpochs(
  { database, now }: BumpEpochsDeps,
  { actor }: { readonly actor: Actor },
): ReturnType<typeof moveAll> {
  return database.transaction(async (tx, later) => {
    const at = now();
    const moved = await moveAll(tx, at);
    for (const environment of moved.environments)
      later(audit(tx, environment.projectId, [deedOf(environment, { actor, at })]));
    const keys = {
      action: 'key-registry.bump-epoch',
      entity: { kind: 'key-registry', key: 'keys' },
      after: { epoch: moved.keysEpoch },
    };
    if (moved.keysEpoch !== undefined) later(audit(tx, undefined, [{ actor, at, changes: [keys] }]));
    return moved;
  });
}

function deedOf(
  { key, epoch, version }: MovedEnvironment,
  { actor, at }: { readonly actor: Actor; readonly at: Date },
): Deed {
  const change = {
    action: 'environment.bump-epoch',
    entity: { kind: 'environment', key },
    environment: key,
    after: { epoch, version },
  };
  return { actor, at, changes: [change] };
}
