const lengthMax = 64;

/**
 * A key that a name suggests: lower-case letters, digits and dashes. Empty for a name with nothing in it that a key may
 * hold; a person then has to choose one.
 *
 * @example keyFromName('Größe & Gewicht (neu)') // "grosse-gewicht-neu"
 */
export function keyFromName(name: string): string {
  const plain = name
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    // What joins letters in writing does not part words.
    .replace(/['’]/g, '')
    .toLowerCase();
  return plain
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, lengthMax)
    .replace(/-$/, '');
}
