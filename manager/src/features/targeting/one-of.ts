/** How many keys a message suggests. */
const shownMax = 10;

/** `"a", "b" or "c"`; when there are many, the first of them and how many more there are. */
export function oneOf(keys: Iterable<string>): string {
  const all = [...keys];
  const shown = all.slice(0, shownMax).map((key) => JSON.stringify(key));
  if (shown.length === 0) return 'nothing: there is none yet';
  if (all.length > shown.length) return `${shown.join(', ')} or one of ${all.length - shown.length} more`;
  return shown.length === 1 ? `${shown[0]}` : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}
