/*
 * Versions by semver 2.0 with two liberties that real version strings take: a leading `v`, and a missing minor or patch,
 * which counts as 0. Build metadata is checked and ignored. Numbers may have any length, so they stay text and are
 * compared by length first: a float would take 9007199254740993 and 9007199254740992 for the same version.
 */

/** A parsed version: three numbers as digits without leading zeros, and the pre-release identifiers. */
export interface Semver {
  readonly numbers: readonly [major: string, minor: string, patch: string];
  readonly prerelease: readonly string[];
}

/** Longer texts are no versions; keeps the cost of foreign input small. */
const semverLengthMax = 256;

const shape = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?$/;

/** Reads a version; undefined for what is none. Only a JSON string can be one: `1.2` as a number has lost its zeros. */
export function parseSemver(value: unknown): Semver | undefined {
  if (typeof value !== 'string' || value.length > semverLengthMax) return undefined;
  const parts = shape.exec(value);
  if (parts === null) return undefined;
  const [, major = '', minor = '0', patch = '0', prerelease, build] = parts;
  const identifiers = prerelease?.split('.') ?? [];
  const valid =
    [major, minor, patch].every(isNumber) &&
    identifiers.every((identifier) => identifier !== '' && (!isDigits(identifier) || isNumber(identifier))) &&
    (build?.split('.').every((identifier) => identifier !== '') ?? true);
  return valid ? { numbers: [major, minor, patch], prerelease: identifiers } : undefined;
}

/** True when the value is a version that conditions can compare. */
export function isSemver(value: unknown): boolean {
  return parseSemver(value) !== undefined;
}

/** Negative when `a` comes before `b`, positive when after, 0 when they have the same precedence. */
export function compareSemver(a: Semver, b: Semver): number {
  return (
    compareNumbers(a.numbers[0], b.numbers[0]) ||
    compareNumbers(a.numbers[1], b.numbers[1]) ||
    compareNumbers(a.numbers[2], b.numbers[2]) ||
    comparePrereleases(a.prerelease, b.prerelease)
  );
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  // A pre-release comes before its release, which has no identifiers at all.
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (const [index, identifier] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(identifier, other);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareIdentifiers(a: string, b: string): number {
  const aDigits = isDigits(a);
  const bDigits = isDigits(b);
  if (aDigits && bDigits) return compareNumbers(a, b);
  if (aDigits !== bDigits) return aDigits ? -1 : 1;
  return compareTexts(a, b);
}

function compareNumbers(a: string, b: string): number {
  return a.length - b.length || compareTexts(a, b);
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function isDigits(text: string): boolean {
  return /^\d+$/.test(text);
}

function isNumber(digits: string): boolean {
  return digits === '0' || !digits.startsWith('0');
}
