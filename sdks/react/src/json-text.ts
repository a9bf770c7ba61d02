/** The JSON text of what may be anything: two equal texts mean two equal values. What has no text is only equal to itself. */
export function jsonText(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  try {
    return JSON.stringify(value);
  } catch {
    // A cycle or a BigInt: no JSON, but no reason to break a page either.
    return value;
  }
}
