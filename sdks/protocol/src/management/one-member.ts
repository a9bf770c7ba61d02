/**
 * Tells a union of objects apart by the one member that each of its branches alone has, and says which members those
 * are when a value has none of them, or several. To be given to a union as its `error`; of a value that has one it says
 * nothing, because that branch knows better what is wrong.
 */
export function oneMember(
  ...names: readonly string[]
): (issue: { readonly input?: unknown }) => string | undefined {
  const quoted = names.map((name) => JSON.stringify(name));
  const either = `must have either ${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
  return ({ input }) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return undefined;
    const count = names.filter((name) => Object.hasOwn(input, name)).length;
    if (count === 1) return undefined;
    if (count === 0) return either;
    return names.length === 2 ? `${either}, not both` : `${either}, and only one of them`;
  };
}
