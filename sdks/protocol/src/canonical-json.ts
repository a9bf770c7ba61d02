/**
 * RFC 8785 (JSON Canonicalization Scheme): members sorted by UTF-16 code units, no white space, numbers as ECMAScript
 * prints them. The same value always becomes the same text, so that a hash of the text names the value.
 *
 * Members whose value is `undefined` are left out, as JSON.stringify does. Throws on what JSON cannot hold (NaN,
 * infinities, bigint, functions): such a value in a snapshot is a broken invariant.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw new TypeError(`Cannot write ${value} as JSON: only finite numbers exist there`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object') {
    const members = value as Readonly<Record<string, unknown>>;
    let text = '';
    // The default order of sort() is that of UTF-16 code units.
    for (const key of Object.keys(members).sort()) {
      const member = members[key];
      if (member !== undefined)
        text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
    }
    return `{${text}}`;
  }
  throw new TypeError(`Cannot write a ${typeof value} as JSON`);
}
