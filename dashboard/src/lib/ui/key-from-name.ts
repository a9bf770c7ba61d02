/** As long as a key may be. */
const lengthMax = 64;

/**
 * The key that a name suggests: its letters and digits in lower case with hyphens between. Accents are taken off; a name
 * in another script suggests nothing, because a transliteration would be a guess.
 *
 * @example keyFromName('Google Pay (new!)') // 'google-pay-new'
 */
export function keyFromName(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('ß', 'ss')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, lengthMax)
    .replace(/-+$/, '');
}
