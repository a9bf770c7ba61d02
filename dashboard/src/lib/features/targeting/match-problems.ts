import { isSemver, operatorsByType, parseDate } from '@fauna-flags/core';
import type { ProblemError } from '@fauna-flags/protocol';
import type { AnyCondition, AnyMatch } from './any-match.ts';
import { typeOf, type Vocabulary } from './vocabulary.ts';

/**
 * What keeps a match from being saved, found before it is sent: what is not chosen yet, and values that cannot be. Paths lie
 * within the match, as those of the API's own errors do once `errorsBelow` has cut them, so that both land at the same rows.
 * The API judges everything again, and more.
 */
export function matchProblems(match: AnyMatch, vocabulary: Vocabulary): readonly ProblemError[] {
  return groupProblems(match, vocabulary, '');
}

function groupProblems(match: AnyMatch, vocabulary: Vocabulary, prefix: string): readonly ProblemError[] {
  const conditions = `${prefix}conditions`;
  if (match.conditions.length === 0) return [{ path: conditions, message: 'Add at least one condition' }];
  return match.conditions.flatMap((condition, index) =>
    conditionProblems(condition, vocabulary, `${conditions}[${index}]`),
  );
}

function conditionProblems(
  condition: AnyCondition,
  vocabulary: Vocabulary,
  path: string,
): readonly ProblemError[] {
  if ('conditions' in condition) return groupProblems(condition, vocabulary, `${path}.`);
  if ('attribute' in condition) return attributeProblems(condition, vocabulary, path);
  return condition.audiences.length === 0
    ? [{ path: `${path}.audiences`, message: 'Choose at least one audience' }]
    : [];
}

function attributeProblems(
  { attribute, operator, values }: Extract<AnyCondition, { attribute: string }>,
  { attributes }: Vocabulary,
  path: string,
): readonly ProblemError[] {
  if (attribute === '') return [{ path: `${path}.attribute`, message: 'Choose an attribute' }];
  const type = typeOf(attribute, attributes);
  if (type === undefined) {
    return [{ path: `${path}.attribute`, message: `“${attribute}” is not an attribute of this project` }];
  }
  if (!operatorsByType[type].some((known) => known === operator)) {
    return [{ path: `${path}.operator`, message: `Choose how to compare a ${type} attribute` }];
  }
  if (operator === 'exists') return [];
  if (values.length === 0) return [{ path: `${path}.values`, message: 'Add at least one value' }];
  return values.flatMap((value, index) => {
    const at = `${path}.values[${index}]`;
    if (type === 'semver' && !isSemver(value))
      return [{ path: at, message: `“${value}” is not a version like 1.4.0` }];
    if (type === 'date' && parseDate(value) === undefined)
      return [{ path: at, message: `“${value}” is not a date` }];
    return [];
  });
}
