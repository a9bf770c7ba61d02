import { type AttributeType, type Context, compile, type Operator } from '@fauna-flags/core';

/*
 * What counts as a version or as a date is decided in one place, the evaluator: so it is asked, with a condition that
 * holds for every value that it can read.
 */

/** Whether conditions can compare the value as a version. */
export function isVersion(value: string | number | boolean): boolean {
  return holds('semver', 'equals', value, value);
}

/** Whether conditions can compare the value as a date. */
export function isDate(value: string | number | boolean): boolean {
  return holds('date', 'before', value, -maxDateMs) || holds('date', 'after', value, maxDateMs);
}

/** The last moment that a Date can hold. */
const maxDateMs = 8.64e15;

function holds(
  type: AttributeType,
  operator: Operator,
  value: string | number | boolean,
  attribute: Context[string],
): boolean {
  const variations = [
    { key: 'on', value: true },
    { key: 'off', value: false },
  ];
  const match = { combine: 'all', conditions: [{ attribute: 'it', operator, values: [value] }] };
  const probe = {
    enabled: true,
    offVariation: 'off',
    prerequisites: [],
    targets: [],
    rules: [{ id: 'probe', match, serve: { variation: 'on' } }],
    defaultServe: { variation: 'off' },
    kind: 'boolean',
    salt: 'probe',
    clientVisible: false,
    variations,
  };
  const compiled = compile({
    schema: 1,
    environment: 'probe',
    version: 0,
    flags: { probe },
    audiences: {},
    attributes: { it: { type } },
  });
  return compiled.evaluate('probe', { it: attribute }).reason === 'RULE';
}
