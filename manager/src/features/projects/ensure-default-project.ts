import { settings } from '../../platform/database/index.ts';
import { firstBootActor } from '../../platform/http/index.ts';
import { type WriteDeps, writeNewProject } from '../publishing/index.ts';
import { insertProject } from './create-project.ts';

/** The setting that remembers the first boot. */
const madeSetting = 'default-project';

/**
 * Makes the project `default` at the first boot, and never again: whoever deletes it does not get it back from a restart.
 * Managers that boot at once make one between them.
 */
export function ensureDefaultProject(deps: WriteDeps): Promise<void> {
  return writeNewProject(deps, { actor: firstBootActor }, async (unit) => {
    const [first] = await unit.tx
      .insert(settings)
      .values({ key: madeSetting, value: { at: unit.at.toISOString() } })
      .onConflictDoNothing()
      .returning();
    const project =
      first === undefined ? undefined : await insertProject(unit, { key: 'default', name: 'Default' });
    return { result: undefined, projectId: project?.id };
  });
}
