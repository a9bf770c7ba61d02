/** The element at a place that must exist; a place outside is a mistake of the benchmark itself. */
export function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`Cannot read place ${index} of a list of ${list.length}`);
  return found;
}
