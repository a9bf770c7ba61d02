import { randomUUID } from 'node:crypto';
import { rulesetLimits } from '@fauna-flags/core';
import { type CreateFlag, type Flag, type NamedVariation, Problem } from '@fauna-flags/protocol';
import { and, count, eq } from 'drizzle-orm';
import { flagConfigurations, flags } from '../../platform/database/index.ts';
import { type Actor, findings } from '../../platform/http/index.ts';
import { startingConfiguration } from '../environments/index.ts';
import { type ProjectUnit, type WriteDeps, writeProject } from '../publishing/index.ts';
import { checkVariations } from './check-variations.ts';
import { flagSearchText, toFlag, withoutEmptyName } from './flag.ts';

/** 128 bits: no two flags of the world split their users alike. */
const saltBytes = 16;

/** Archived flags count too: their keys stay taken, and every one can come back. */
const flagsMax = 2 * rulesetLimits.flagsPerEnvironment;

const booleanVariations: readonly NamedVariation[] = [
  { key: 'on', value: true },
  { key: 'off', value: false },
];

/** Makes a flag, which starts off in every environment. */
export function createFlag(
  deps: WriteDeps,
  { actor, project: projectKey }: { actor: Actor; project: string },
  input: CreateFlag,
): Promise<Flag> {
  return writeProject(deps, { actor, project: projectKey }, async (unit) => {
    const { tx, at, project } = unit;
    const { key, kind, name } = input;
    await requireRoom(unit, key);
    const variations = input.variations ?? (kind === 'boolean' ? booleanVariations : []);
    const found = findings();
    checkVariations(kind, variations, found);
    found.throwIfAny(`create flag "${key}"`);
    const tags = [...new Set(input.tags ?? [])];
    const row = {
      id: randomUUID(),
      projectId: project.id,
      key,
      name,
      description: input.description ?? null,
      kind,
      salt: input.salt ?? Buffer.from(deps.randomBytes(saltBytes)).toString('hex'),
      variations: variations.map(withoutEmptyName),
      clientVisible: input.clientVisible ?? true,
      tags,
      owner: input.owner ?? null,
      lifetime: input.lifetime ?? 'temporary',
      archivedAt: null,
      searchText: flagSearchText({ key, name, tags }),
      revision: 1,
      createdAt: at,
      updatedAt: at,
    };
    await tx.insert(flags).values(row);
    if (unit.environments.length > 0) {
      await tx.insert(flagConfigurations).values(
        unit.environments.map(({ id }) => ({
          flagId: row.id,
          environmentId: id,
          ...startingConfiguration(variations),
          rules: [],
          updatedAt: at,
        })),
      );
    }
    const flag = toFlag(row, projectKey);
    unit.record({ action: 'flag.create', entity: { kind: 'flag', key }, after: flag });
    return flag;
  });
}

async function requireRoom({ tx, project }: ProjectUnit, key: string): Promise<void> {
  const [taken] = await tx
    .select({ id: flags.id })
    .from(flags)
    .where(and(eq(flags.projectId, project.id), eq(flags.key, key)));
  if (taken !== undefined) {
    throw new Problem(
      'key_taken',
      `Cannot create flag "${key}": the key is taken in project "${project.key}"`,
    );
  }
  const [row] = await tx.select({ flags: count() }).from(flags).where(eq(flags.projectId, project.id));
  if ((row?.flags ?? 0) >= flagsMax) {
    throw new Problem(
      'unprocessable',
      `Cannot create flag "${key}": project "${project.key}" has ${flagsMax} flags, archived ones included, and more are not possible: delete some that are archived`,
    );
  }
}
