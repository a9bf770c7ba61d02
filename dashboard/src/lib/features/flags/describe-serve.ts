import { audiencesOf, type PutConfiguration, type ServeInput } from '@fauna-flags/protocol';
import { attributeName, audienceName, type Vocabulary } from '../targeting/vocabulary.ts';
import { type Servable, variationName } from './variation-words.ts';
import { percentOf } from './weights.ts';

/** The names that sentences about a flag use. */
export interface FlagVocabulary extends Vocabulary {
  readonly flag: Servable;
}

/** What is served, as the end of a sentence: `“on”`, or `“on” for 10% and “off” for 90%`. */
export function describeServe(serve: ServeInput, words: FlagVocabulary): string {
  if ('variation' in serve) return quoted(serve.variation, words);
  const { by, weights } = serve.rollout;
  const some = weights.filter(({ weight }) => weight > 0);
  const shares = some.map(({ variation, weight }) => `${quoted(variation, words)} for ${percentOf(weight)}`);
  const split = by === undefined || by === 'key' ? '' : `, split by ${attributeName(by, words.attributes)}`;
  return `${listOf(shares)}${split}`;
}

/** Who gets what, in one sentence. */
export function describeWho(configuration: PutConfiguration, words: FlagVocabulary): string {
  const { rules, targets, prerequisites, defaultServe } = configuration;
  const others = describeServe(defaultServe, words);
  if (rules.length === 0 && targets.length === 0 && prerequisites.length === 0)
    return `Everyone gets ${others}`;
  const [rule] = rules;
  const audiences =
    rules.length === 1 && targets.length === 0 && prerequisites.length === 0 && rule !== undefined
      ? audiencesOf(rule.match as Parameters<typeof audiencesOf>[0])
      : undefined;
  if (rule !== undefined && audiences !== undefined && audiences.length > 0) {
    const members = listOf(
      audiences.map((key) => audienceName(key, words.audiences)),
      'or',
    );
    return `Whoever is in ${members} gets ${describeServe(rule.serve, words)}, everyone else ${others}`;
  }
  const parts = [
    ...(prerequisites.length > 0 ? [countOf(prerequisites.length, 'prerequisite')] : []),
    ...(targets.length > 0
      ? [
          countOf(
            targets.reduce((sum, { keys }) => sum + keys.length, 0),
            'individual user',
          ),
        ]
      : []),
    ...(rules.length > 0 ? [countOf(rules.length, 'rule')] : []),
  ];
  const verb = parts.length === 1 && parts[0]?.startsWith('1 ') ? 'decides' : 'decide';
  return `${capital(listOf(parts))} ${verb}, everyone else gets ${others}`;
}

/** A variation's name in quotation marks. */
export function quoted(variation: string, { flag }: FlagVocabulary): string {
  return `“${variationName(flag, variation)}”`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listOf(words: readonly string[], joint = 'and'): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} ${joint} ${last}`;
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
