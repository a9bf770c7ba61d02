import type { MatchInput, ServeInput } from '@fauna-flags/protocol';

/*
 * What an entry holds of before and after is the resource as it was told then, maybe by an earlier or a later release. So it
 * is read with care: what does not have the expected form is shown as the JSON that it is.
 */

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member that is a text; undefined for anything else. */
export function textIn(value: unknown, member: string): string | undefined {
  const found = isRecord(value) && Object.hasOwn(value, member) ? value[member] : undefined;
  return typeof found === 'string' ? found : undefined;
}

/** Whether a value can be told as a match. */
export function isMatch(value: unknown): value is MatchInput {
  return (
    isRecord(value) &&
    (value.combine === 'all' || value.combine === 'any') &&
    Array.isArray(value.conditions) &&
    value.conditions.every(isCondition)
  );
}

/** Whether a value can be told as what is served. */
export function isServe(value: unknown): value is ServeInput {
  if (!isRecord(value)) return false;
  if (typeof value.variation === 'string') return true;
  return (
    isRecord(value.rollout) &&
    Array.isArray(value.rollout.weights) &&
    value.rollout.weights.every(
      (weight) =>
        isRecord(weight) && typeof weight.variation === 'string' && typeof weight.weight === 'number',
    )
  );
}

/** Whether every item is a text. */
export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isCondition(value: unknown): boolean {
  if (!isRecord(value)) return false;
  if ('conditions' in value) return isMatch(value);
  if ('audiences' in value) return isTexts(value.audiences);
  return (
    typeof value.attribute === 'string' && typeof value.operator === 'string' && Array.isArray(value.values)
  );
}
