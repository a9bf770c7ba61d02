import {
  type AttributeType,
  isSemver,
  type Operator,
  operatorsByType,
  parseDate,
  rulesetLimits,
} from '@fauna-flags/core';
import { re2Regex } from '@fauna-flags/core/re2';
import type {
  AttributeConditionInput,
  AudienceConditionInput,
  ConditionInput,
  MatchInput,
} from '@fauna-flags/protocol';
import type { Findings } from '../../platform/http/index.ts';
import { oneOf } from './one-of.ts';
import type { Vocabulary } from './project-model.ts';

const regex = re2Regex();

/** Where a match is judged: against what, and where its mistakes are told. */
export interface MatchScope {
  readonly vocabulary: Vocabulary;
  readonly found: Findings;
  /** The key of the audience whose match this is. */
  readonly self?: string;
  /** Counts the patterns of one flag or audience across its matches. */
  readonly patterns: { count: number };
}

/** Judges what a shape cannot say: that what is named exists, and that operators and values suit it. */
export function checkMatch(match: MatchInput, path: string, scope: MatchScope, depth = 0): void {
  const { found } = scope;
  const { conditions } = match;
  if (conditions.length === 0) {
    found.add(`${path}.conditions`, 'must hold at least one condition: an empty group would match nobody');
  }
  if (depth > rulesetLimits.matchDepth) {
    found.add(path, `must not nest over ${rulesetLimits.matchDepth} deep`);
    return;
  }
  for (const [index, condition] of conditions.entries()) {
    checkCondition(condition, `${path}.conditions[${index}]`, scope, depth);
  }
}

function checkCondition(condition: ConditionInput, path: string, scope: MatchScope, depth: number): void {
  if ('conditions' in condition) checkMatch(condition, path, scope, depth + 1);
  else if ('audiences' in condition) checkAudienceCondition(condition, path, scope);
  else checkAttributeCondition(condition, path, scope);
}

function checkAudienceCondition(
  { audiences }: AudienceConditionInput,
  path: string,
  { vocabulary, found, self }: MatchScope,
): void {
  if (audiences.length === 0) found.add(`${path}.audiences`, 'must name at least one audience');
  for (const [index, key] of audiences.entries()) {
    if (key === self) {
      found.add(
        `${path}.audiences[${index}]`,
        `must not be the audience itself: "${key}" cannot be in itself`,
      );
      continue;
    }
    if (vocabulary.audiences.has(key)) continue;
    found.add(
      `${path}.audiences[${index}]`,
      `names no audience of the project: "${key}"; it could be ${oneOf([...vocabulary.audiences.keys()].filter((other) => other !== self))}`,
    );
  }
}

function checkAttributeCondition(condition: AttributeConditionInput, path: string, scope: MatchScope): void {
  const { vocabulary, found } = scope;
  const { attribute, values } = condition;
  // The key of the user is there without being declared.
  const type = attribute === 'key' ? 'string' : vocabulary.attributes.get(attribute);
  if (type === undefined) {
    found.add(
      `${path}.attribute`,
      `names no attribute of the project: "${attribute}"; it could be ${oneOf(['key', ...vocabulary.attributes.keys()])}`,
    );
    return;
  }
  const operator = operatorsByType[type].find((suited) => suited === condition.operator);
  if (operator === undefined) {
    found.add(
      `${path}.operator`,
      `does not suit the ${type} attribute "${attribute}": "${condition.operator}"; it could be ${oneOf(operatorsByType[type])}`,
    );
    return;
  }
  if (operator === 'exists' && values.length > 0) found.add(`${path}.values`, 'must be empty for "exists"');
  if (operator === 'exists') return;
  if (values.length === 0) found.add(`${path}.values`, `must hold at least one value for "${operator}"`);
  if (values.length > rulesetLimits.valuesPerCondition) {
    found.add(
      `${path}.values`,
      `must hold at most ${rulesetLimits.valuesPerCondition} values: it holds ${values.length}`,
    );
  }
  for (const [index, value] of values.entries()) {
    const problem =
      operator === 'matches' ? patternProblem(value, condition, scope) : valueProblem(type, operator, value);
    if (problem !== undefined) found.add(`${path}.values[${index}]`, problem);
  }
}

function valueProblem(
  type: AttributeType,
  operator: Operator,
  value: string | number | boolean,
): string | undefined {
  const must = (noun: string) =>
    `must be ${noun} for "${operator}" on a ${type} attribute: it is ${JSON.stringify(value)}`;
  switch (type) {
    case 'string':
    case 'list':
      return typeof value === 'string' ? undefined : must('a string');
    case 'number':
      return typeof value === 'number' ? undefined : must('a number');
    case 'boolean':
      return typeof value === 'boolean' ? undefined : must('true or false');
    case 'semver':
      return isSemver(value) ? undefined : must('a version like "1.4.0" in a string');
    case 'date':
      return parseDate(value) !== undefined
        ? undefined
        : must('a date like "2030-01-31", with or without a time, or epoch milliseconds');
  }
}

function patternProblem(
  value: string | number | boolean,
  { ignoreCase }: AttributeConditionInput,
  { patterns }: MatchScope,
): string | undefined {
  patterns.count += 1;
  if (patterns.count > rulesetLimits.regexesPerFlag) {
    return `is one pattern too many: at most ${rulesetLimits.regexesPerFlag} are possible`;
  }
  if (typeof value !== 'string') return 'must be a pattern in a string';
  if (value.length > rulesetLimits.regexLength) {
    return `must be a pattern of at most ${rulesetLimits.regexLength} characters: it has ${value.length}`;
  }
  if (regex.compile(value, { ignoreCase: ignoreCase === true }) !== undefined) return undefined;
  return 'must be a regular expression in RE2 syntax, which has neither look-arounds nor back-references';
}
