import type { PutConfiguration, ServeInput } from '@fauna-flags/protocol';
import { matchProblems, type Vocabulary } from '../targeting/index.ts';
import { percentOf, sumOf, whole } from './weights.ts';

/**
 * What is still to be filled in before a configuration can be saved, in one sentence; the API has the last word on
 * everything else.
 */
export function missingIn(configuration: PutConfiguration, words: Vocabulary): string | undefined {
  for (const [index, { name, match, serve }] of configuration.rules.entries()) {
    const title = name ? `“${name}”` : `rule ${index + 1}`;
    const onlyAudiences = match.conditions.every((condition) => 'audiences' in condition);
    if (
      onlyAudiences &&
      match.conditions.some((condition) => 'audiences' in condition && condition.audiences.length === 0)
    )
      return configuration.rules.length === 1 && !name
        ? 'Choose at least one audience'
        : `Choose an audience in ${title}`;
    if (matchProblems(match, words).length > 0) return `Finish the conditions of ${title}`;
    const wrong = unbalanced(serve);
    if (wrong !== undefined) return `The percentages of ${title} sum to ${wrong}`;
  }
  const wrong = unbalanced(configuration.defaultServe);
  if (wrong !== undefined) return `The percentages sum to ${wrong}`;
  const unnamed = configuration.prerequisites.find(({ flag, variation }) => flag === '' || variation === '');
  return unnamed === undefined ? undefined : 'Choose the required flag and its variation';
}

function unbalanced(serve: ServeInput): string | undefined {
  if ('variation' in serve) return undefined;
  const sum = sumOf(serve.rollout.weights);
  return sum === whole ? undefined : percentOf(sum);
}
