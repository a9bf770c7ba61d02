/** An own member of parsed JSON; `undefined` when there is none. A flag named `constructor` is data like any other. */
export function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}
