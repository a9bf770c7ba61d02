/** A JSON object whose members are not known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for a JSON object: neither null nor a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The own member of an object, else undefined. What a prototype holds is never data, whatever the name. */
export function ownMember(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/**
 * True when lists and objects nest in `value` more than `depthMax` deep. Walks with a list of its own instead of the
 * call stack, so that no input can exhaust it; ask this before handing foreign JSON to anything that recurses.
 *
 * @example isDeeperThan([[1]], 1) // true: one list lies in another
 */
export function isDeeperThan(value: unknown, depthMax: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    const inner: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      if (depth === depthMax) return true;
      for (const member of Object.values(item)) inner.push(member);
    }
    level = inner;
  }
  return false;
}
