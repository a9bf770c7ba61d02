import { randomUUID } from 'node:crypto';
import { type Attribute, type CreateAttribute, Problem } from '@fauna-flags/protocol';
import { attributes, searchTextOf } from '../../platform/database/index.ts';
import { type Actor, unfit } from '../../platform/http/index.ts';
import { type WriteDeps, writeProject } from '../publishing/index.ts';
import { loadVocabulary } from '../targeting/index.ts';
import { toAttribute } from './attribute.ts';

/** Names of the user's key, which is there without being declared. */
const reserved: ReadonlySet<string> = new Set(['key', 'targetingKey']);

/** More would make a ruleset of declarations. */
const attributesMax = 1_000;

/** Declares an attribute. */
export function createAttribute(
  deps: WriteDeps,
  { actor, project: projectKey }: { actor: Actor; project: string },
  { key, type, name = null, description = null }: CreateAttribute,
): Promise<Attribute> {
  return writeProject(deps, { actor, project: projectKey }, async ({ tx, at, project, record }) => {
    if (reserved.has(key)) {
      const message = 'must not be "key" or "targetingKey", which every context has anyway';
      throw unfit({ what: `declare attribute "${key}"`, path: 'key', message });
    }
    const { attributes: declared } = await loadVocabulary(tx, project.id);
    if (declared.has(key)) {
      throw new Problem(
        'key_taken',
        `Cannot declare attribute "${key}": the key is taken in project "${projectKey}"`,
      );
    }
    if (declared.size >= attributesMax) {
      throw new Problem(
        'unprocessable',
        `Cannot declare attribute "${key}": at most ${attributesMax} are possible`,
      );
    }
    const row = {
      id: randomUUID(),
      projectId: project.id,
      key,
      type,
      name,
      description,
      searchText: searchTextOf({ key, name }),
      revision: 1,
      createdAt: at,
      updatedAt: at,
    };
    await tx.insert(attributes).values(row);
    const attribute = toAttribute(row, projectKey);
    record({ action: 'attribute.create', entity: { kind: 'attribute', key }, after: attribute });
    return attribute;
  });
}
