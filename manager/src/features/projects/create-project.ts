import { randomUUID } from 'node:crypto';
import { type CreateProject, Problem, type Project } from '@fauna-flags/protocol';
import { environments, projects, type Queries, searchTextOf } from '../../platform/database/index.ts';
import type { Actor } from '../../platform/http/index.ts';
import { type Unit, type WriteDeps, writeNewProject } from '../publishing/index.ts';
import { toProject } from './project.ts';

/** The environments that every project begins with. */
const firstEnvironments = [
  { key: 'development', name: 'Development' },
  { key: 'staging', name: 'Staging' },
  { key: 'production', name: 'Production' },
] as const;

/** Makes a project with its first three environments, each with an empty ruleset at version 1. */
export function createProject(
  deps: WriteDeps,
  { actor }: { readonly actor: Actor },
  input: CreateProject,
): Promise<Project> {
  return writeNewProject(deps, { actor }, async (unit) => {
    const project = await insertProject(unit, input);
    if (project === undefined) {
      throw new Problem('key_taken', `Cannot create project "${input.key}": the key is taken`);
    }
    return { result: project, projectId: project.id };
  });
}

/** Inserts the rows of a new project; `undefined` when its key is taken. */
export async function insertProject(unit: Unit, { key, name }: CreateProject): Promise<Project | undefined> {
  const { tx, at } = unit;
  const id = randomUUID();
  const [row] = await tx
    .insert(projects)
    .values({ id, key, name, searchText: searchTextOf({ key, name }), createdAt: at, updatedAt: at })
    // No row is locked while a project is new, so the index alone decides between two that come at once.
    .onConflictDoNothing({ target: projects.key })
    .returning();
  if (row === undefined) return undefined;
  await insertFirstEnvironments(tx, id, at);
  const project = toProject(row);
  unit.record({ action: 'project.create', entity: { kind: 'project', key }, after: project });
  return project;
}

async function insertFirstEnvironments(tx: Queries, projectId: string, at: Date): Promise<void> {
  await tx.insert(environments).values(
    firstEnvironments.map((environment, place) => ({
      ...environment,
      id: randomUUID(),
      projectId,
      place,
      searchText: searchTextOf(environment),
      confirmChanges: false,
      epoch: Math.floor(at.getTime() / 1_000),
      createdAt: at,
      updatedAt: at,
    })),
  );
}
