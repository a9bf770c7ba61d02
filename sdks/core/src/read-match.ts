import { ownMember } from './json.ts';
import { operatorsByType, rulesetLimits } from './limits.ts';
import { MalformedError } from './malformed.ts';
import type { ConditionValue } from './model.ts';
import { readList, readObject, readOptionalBoolean, readString } from './read-json.ts';

/** A condition on an attribute. The operator is any text: one that is not known yet makes a false condition. */
export interface ReadAttributeCondition {
  readonly kind: 'attribute';
  readonly attribute: string;
  readonly operator: string;
  readonly values: readonly ConditionValue[];
  readonly negate: boolean;
  readonly ignoreCase: boolean;
}

/** A condition on audiences. */
export interface ReadAudienceCondition {
  readonly kind: 'audiences';
  readonly audiences: readonly string[];
  readonly negate: boolean;
}

/** A match, read. */
export interface ReadMatch {
  readonly kind: 'match';
  readonly combine: 'all' | 'any';
  readonly conditions: readonly ReadCondition[];
}

/** One member of a match, read. */
export type ReadCondition = ReadAttributeCondition | ReadAudienceCondition | ReadMatch;

const knownOperators: ReadonlySet<string> = new Set(Object.values(operatorsByType).flat());

/** Reads a match. Throws MalformedError. Groups may nest in it `rulesetLimits.matchDepth` deep. */
export function readMatch(value: unknown, path: string, depth = 0): ReadMatch {
  // The bound keeps evaluation, which recurses, far away from the end of the call stack.
  if (depth > rulesetLimits.matchDepth)
    throw new MalformedError(path, `nested at most ${rulesetLimits.matchDepth} deep`);
  const object = readObject(value, path);
  const combine = ownMember(object, 'combine');
  if (combine !== 'all' && combine !== 'any') throw new MalformedError(`${path}.combine`, '"all" or "any"');
  const conditions = readList(ownMember(object, 'conditions'), `${path}.conditions`).map((condition, index) =>
    readCondition(condition, `${path}.conditions[${index}]`, depth),
  );
  return { kind: 'match', combine, conditions };
}

function readCondition(value: unknown, path: string, depth: number): ReadCondition {
  const object = readObject(value, path);
  if (Object.hasOwn(object, 'attribute')) return readAttributeCondition(object, path);
  if (Object.hasOwn(object, 'audiences')) {
    const audiences = readList(object.audiences, `${path}.audiences`);
    return {
      kind: 'audiences',
      audiences: audiences.map((key, index) => readString(key, `${path}.audiences[${index}]`)),
      negate: readOptionalBoolean(object, 'negate', path),
    };
  }
  return readMatch(object, path, depth + 1);
}

function readAttributeCondition(
  object: Readonly<Record<string, unknown>>,
  path: string,
): ReadAttributeCondition {
  const operator = readString(ownMember(object, 'operator'), `${path}.operator`);
  return {
    kind: 'attribute',
    attribute: readString(object.attribute, `${path}.attribute`),
    operator,
    // An operator of a later release may take operands of another shape, and `exists` takes none.
    values:
      knownOperators.has(operator) && operator !== 'exists'
        ? readValues(ownMember(object, 'values'), `${path}.values`)
        : [],
    negate: readOptionalBoolean(object, 'negate', path),
    ignoreCase: readOptionalBoolean(object, 'ignoreCase', path),
  };
}

function readValues(value: unknown, path: string): readonly ConditionValue[] {
  return readList(value, path).map((item, index) => {
    if (typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean') return item;
    throw new MalformedError(`${path}[${index}]`, 'a string, a number or a boolean');
  });
}
