import { randomUUID } from 'node:crypto';
import { type Audience, type CreateAudience, matchSchema, Problem } from '@fauna-flags/protocol';
import { audiences, searchTextOf } from '../../platform/database/index.ts';
import type { Actor } from '../../platform/http/index.ts';
import { type WriteDeps, writeProject } from '../publishing/index.ts';
import { checkAudience, loadVocabulary } from '../targeting/index.ts';
import { toAudience } from './audience.ts';

/** More would make every change of the project judge thousands of them. */
const audiencesMax = 2_000;

/** Makes an audience. */
export function createAudience(
  deps: WriteDeps,
  { actor, project: projectKey }: { actor: Actor; project: string },
  { key, name, description = null, match }: CreateAudience,
): Promise<Audience> {
  return writeProject(deps, { actor, project: projectKey }, async ({ tx, at, project, record }) => {
    const vocabulary = await loadVocabulary(tx, project.id);
    if (vocabulary.audiences.has(key)) {
      throw new Problem(
        'key_taken',
        `Cannot create audience "${key}": the key is taken in project "${projectKey}"`,
      );
    }
    if (vocabulary.audiences.size >= audiencesMax) {
      throw new Problem(
        'unprocessable',
        `Cannot create audience "${key}": at most ${audiencesMax} are possible`,
      );
    }
    checkAudience(key, match, vocabulary);
    const row = {
      id: randomUUID(),
      projectId: project.id,
      key,
      name,
      description,
      match: matchSchema.parse(match),
      searchText: searchTextOf({ key, name }),
      revision: 1,
      createdAt: at,
      updatedAt: at,
    };
    await tx.insert(audiences).values(row);
    const audience = toAudience(row, projectKey);
    record({ action: 'audience.create', entity: { kind: 'audience', key }, after: audience });
    return audience;
  });
}
