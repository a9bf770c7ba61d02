import { randomUUID } from 'node:crypto';
import { type CreateEnvironment, type Environment, Problem } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { environments, flagConfigurations, flags, searchTextOf } from '../../platform/database/index.ts';
import type { Actor } from '../../platform/http/index.ts';
import { type ProjectUnit, type WriteDeps, writeProject } from '../publishing/index.ts';
import { toEnvironment } from './environment.ts';
import { startingConfiguration } from './starting-configuration.ts';

/** More would make every change of a flag or an audience compile for seconds under the project's lock. */
const environmentsMax = 50;

/** Makes an environment in which every flag of the project starts off. */
export function createEnvironment(
  deps: WriteDeps,
  { actor, project }: { actor: Actor; project: string },
  input: CreateEnvironment,
): Promise<Environment> {
  return writeProject(deps, { actor, project }, async (unit) => {
    const { tx, at } = unit;
    if (unit.environments.some(({ key }) => key === input.key)) {
      throw new Problem(
        'key_taken',
        `Cannot create environment "${input.key}": the key is taken in project "${project}"`,
      );
    }
    if (unit.environments.length >= environmentsMax) {
      throw new Problem(
        'unprocessable',
        `Cannot create environment "${input.key}": project "${project}" has ${environmentsMax}, and more are not possible`,
      );
    }
    const row = {
      id: randomUUID(),
      projectId: unit.project.id,
      key: input.key,
      name: input.name,
      searchText: searchTextOf(input),
      place: Math.max(-1, ...unit.environments.map(({ place }) => place)) + 1,
      confirmChanges: input.confirmChanges ?? false,
      signedContexts: false,
      unsignedAttributes: [],
      epoch: Math.floor(at.getTime() / 1_000),
      version: 0,
      revision: 1,
      createdAt: at,
      updatedAt: at,
    };
    await tx.insert(environments).values(row);
    await configureFlags(unit, row.id);
    const environment = toEnvironment({ ...row, version: 1 }, project);
    unit.record({
      action: 'environment.create',
      entity: { kind: 'environment', key: row.key },
      environment: row.key,
      after: environment,
    });
    return environment;
  });
}

async function configureFlags({ tx, at, project }: ProjectUnit, environmentId: string): Promise<void> {
  const rows = await tx
    .select({ id: flags.id, variations: flags.variations })
    .from(flags)
    .where(eq(flags.projectId, project.id));
  // A parameter per column: Postgres takes at most 65,535 in one statement.
  for (let from = 0; from < rows.length; from += 1_000) {
    await tx.insert(flagConfigurations).values(
      rows.slice(from, from + 1_000).map(({ id, variations }) => ({
        flagId: id,
        environmentId,
        ...startingConfiguration(variations),
        rules: [],
        updatedAt: at,
      })),
    );
  }
}
