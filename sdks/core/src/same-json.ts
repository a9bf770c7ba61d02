/** Deeper than this nothing is compared: no valid entry is, and the call stack must not decide. */
const comparedDepthMax = 200;

/**
 * True when two JSON values are the same; the order of members does not count. False, too, for what nests deeper than any
 * valid ruleset does, so that "false" means "may differ".
 */
export function isSameJson(a: unknown, b: unknown, depth = 0): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b) || depth > comparedDepthMax) return false;
  const aMembers = Object.entries(a);
  const bMembers = new Map<string, unknown>(Object.entries(b));
  if (aMembers.length !== bMembers.size) return false;
  return aMembers.every(
    ([name, member]) => bMembers.has(name) && isSameJson(member, bMembers.get(name), depth + 1),
  );
}
