import { weightTotal } from '@fauna-flags/core';
import type { ServeInput } from '@fauna-flags/protocol';
import type { Findings } from '../../platform/http/index.ts';
import { oneOf } from './one-of.ts';
import type { Vocabulary } from './project-model.ts';

/** What a serve is judged against. */
export interface ServeScope {
  readonly variations: ReadonlySet<string>;
  readonly vocabulary: Vocabulary;
  readonly found: Findings;
}

/** The types of attributes whose values name a bucket. */
const bucketable: ReadonlySet<string> = new Set(['string', 'number', 'boolean', 'semver', 'date']);

/** Judges that what is served exists, and that a rollout's weights are all there is. */
export function checkServe(serve: ServeInput, path: string, scope: ServeScope): void {
  if ('variation' in serve) {
    checkVariation(serve.variation, `${path}.variation`, scope);
    return;
  }
  const { by, weights } = serve.rollout;
  const { found, vocabulary } = scope;
  const rolloutPath = `${path}.rollout`;
  if (by !== undefined && by !== 'key') {
    const type = vocabulary.attributes.get(by);
    if (type === undefined) {
      found.add(
        `${rolloutPath}.by`,
        `names no attribute of the project: "${by}"; it could be ${oneOf(['key', ...vocabulary.attributes.keys()])}`,
      );
    } else if (!bucketable.has(type)) {
      found.add(`${rolloutPath}.by`, `must be an attribute with one value: "${by}" is a ${type}`);
    }
  }
  const seen = new Set<string>();
  for (const [index, { variation, weight }] of weights.entries()) {
    checkVariation(variation, `${rolloutPath}.weights[${index}].variation`, scope);
    if (seen.has(variation)) {
      found.add(
        `${rolloutPath}.weights[${index}].variation`,
        `must be unique in the rollout: "${variation}" is there twice, give it the sum of its weights`,
      );
    }
    seen.add(variation);
    if (!Number.isInteger(weight) || weight < 0 || weight > weightTotal) {
      found.add(
        `${rolloutPath}.weights[${index}].weight`,
        `must be a whole number from 0 to ${weightTotal}: it is ${weight}`,
      );
    }
  }
  const sum = weights.reduce((total, { weight }) => total + weight, 0);
  if (sum !== weightTotal) {
    found.add(`${rolloutPath}.weights`, `must sum to ${weightTotal} (one is 0.001 %): they sum to ${sum}`);
  }
}

/** Judges that a variation of the flag has this key. */
export function checkVariation(
  key: string,
  path: string,
  { variations, found }: Pick<ServeScope, 'variations' | 'found'>,
): void {
  if (!variations.has(key)) {
    found.add(path, `names no variation of the flag: "${key}"; it could be ${oneOf(variations)}`);
  }
}
