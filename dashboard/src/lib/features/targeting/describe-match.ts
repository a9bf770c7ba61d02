import type { AttributeType, ConditionValue } from '@fauna-flags/core';
import type { AnyCondition, AnyMatch } from './any-match.ts';
import { describeDate } from './describe-date.ts';
import { operatorWords } from './operator-words.ts';
import { attributeName, audienceName, typeOf, type Vocabulary } from './vocabulary.ts';

/** A piece of a sentence, so that a page can set names and values apart from the words between them. */
export interface Phrase {
  readonly kind: 'word' | 'attribute' | 'audience' | 'value';
  readonly text: string;
}

/** How many values a sentence spells out; further ones are counted. */
const valuesShownMax = 4;

/**
 * A match as a sentence that continues "Whoever …", for people who do not write rules.
 *
 * @example describeMatch(match, vocabulary) // 'State is any of California or Oregon, and Student is true'
 */
export function describeMatch(match: AnyMatch, vocabulary: Vocabulary): string {
  return matchPhrases(match, vocabulary)
    .map(({ text }) => text)
    .join('');
}

/** The same sentence in pieces; joined without anything between them they are `describeMatch`. */
export function matchPhrases(match: AnyMatch, vocabulary: Vocabulary): readonly Phrase[] {
  if (match.conditions.length === 0) return [word('nobody yet')];
  // With a comma, since "or" stands between the values of one condition as well.
  const joint = word(match.combine === 'all' ? ', and ' : ', or ');
  return joined(
    match.conditions.map((condition) => conditionPhrases(condition, match, vocabulary)),
    () => joint,
  );
}

function conditionPhrases(
  condition: AnyCondition,
  within: AnyMatch,
  vocabulary: Vocabulary,
): readonly Phrase[] {
  if ('attribute' in condition) return attributePhrases(condition, vocabulary);
  if ('audiences' in condition) return audiencePhrases(condition, vocabulary);
  const phrases = matchPhrases(condition, vocabulary);
  // Of a lone group, or of one that joins as its surroundings do, brackets would say nothing.
  const plain =
    condition.conditions.length < 2 || condition.combine === within.combine || within.conditions.length === 1;
  return plain ? phrases : [word('('), ...phrases, word(')')];
}

function attributePhrases(
  condition: Extract<AnyCondition, { attribute: string }>,
  vocabulary: Vocabulary,
): readonly Phrase[] {
  const { attribute, operator, values, negate = false } = condition;
  if (attribute === '') return [word('an attribute that is not chosen yet')];
  const type = typeOf(attribute, vocabulary.attributes);
  const verb = operatorWords({ operator, negate }, { type, values: values.length });
  const name: Phrase = { kind: 'attribute', text: attributeName(attribute, vocabulary.attributes) };
  if (operator === 'exists') return [name, word(` ${verb}`)];
  const last = operator === 'containsAll' ? ' and ' : ' or ';
  const listed = values.length === 0 ? [word('…')] : valuePhrases(values, type, last);
  return [name, word(` ${verb} `), ...listed];
}

function audiencePhrases(
  { audiences, negate = false }: Extract<AnyCondition, { audiences: readonly string[] }>,
  vocabulary: Vocabulary,
): readonly Phrase[] {
  const names = audiences.map(
    (key): Phrase => ({ kind: 'audience', text: audienceName(key, vocabulary.audiences) }),
  );
  const verb = negate ? 'is not in ' : 'is in ';
  return [word(names.length > 1 && !negate ? `${verb}any of ` : verb), ...listOf(names, ' or ')];
}

function valuePhrases(
  values: readonly ConditionValue[],
  type: AttributeType | undefined,
  last: string,
): readonly Phrase[] {
  return listOf(
    values.map((value): Phrase => ({ kind: 'value', text: describeValue(value, type) })),
    last,
  );
}

/** A value as a sentence holds it: quoted only where its end could not be seen otherwise. */
export function describeValue(value: ConditionValue, type: AttributeType | undefined): string {
  if (type === 'date') return describeDate(value);
  if (typeof value !== 'string') return String(value);
  return value === '' || value !== value.trim() || /[,“”"]/.test(value) ? `“${value}”` : value;
}

function listOf(items: readonly Phrase[], last: string): readonly Phrase[] {
  if (items.length === 0) return [word('…')];
  // "and 1 more" would take as much room as the value itself.
  const shown = items.length > valuesShownMax + 1 ? items.slice(0, valuesShownMax) : items;
  const more = items.length - shown.length;
  const pieces = shown.map((item) => [item]);
  if (more > 0) pieces.push([word(`${more} more`)]);
  return joined(pieces, (place) => word(place === pieces.length - 1 ? last : ', '));
}

function joined(
  pieces: readonly (readonly Phrase[])[],
  jointBefore: (place: number) => Phrase,
): readonly Phrase[] {
  return pieces.flatMap((piece, place) => (place === 0 ? piece : [jointBefore(place), ...piece]));
}

function word(text: string): Phrase {
  return { kind: 'word', text };
}
