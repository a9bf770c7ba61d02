/** How much of a machine's name is kept: the whole may have 64 characters. */
const hostLengthMax = 48;

/**
 * Makes up a name for a bearer that was given none: that of its machine, and something that tells apart those who share
 * one. It stays as long as the process lives.
 */
export function makeBearerId({
  hostName,
  random,
}: {
  readonly hostName: string;
  /** Uniform in [0, 1); names are no secrets. */
  readonly random: () => number;
}): string {
  const safe = hostName.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '');
  const suffix = Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
  return `${safe.slice(0, hostLengthMax) || 'bearer'}-${suffix}`;
}
