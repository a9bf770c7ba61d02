/*
 * The simulation's own idea of order. It shares nothing with the code under trial, since a mutation of that code must
 * not change the judge.
 */

/** A position as the wire or the store writes it: `epoch-version-hash`. */
export interface Standing {
  readonly epoch: number;
  readonly version: number;
  /** Compared by as many digits as both have. */
  readonly hash: string;
}

/** Reads a position. */
export function standingOf(text: string): Standing {
  const [epoch, version, hash] = text.split('-');
  return { epoch: Number(epoch), version: Number(version), hash: hash ?? '' };
}

/** Where a snapshot stands, as the wire writes it. */
export function wireText({ epoch, version, hash }: Standing): string {
  return `${epoch}-${version}-${hash.slice(0, 8)}`;
}

/** How `a` stands to `b`. */
export function judge(a: Standing, b: Standing): 'older' | 'newer' | 'same' | 'fork' {
  const order = a.epoch - b.epoch || a.version - b.version;
  if (order !== 0) return order < 0 ? 'older' : 'newer';
  const digits = Math.min(a.hash.length, b.hash.length);
  return a.hash.slice(0, digits) === b.hash.slice(0, digits) ? 'same' : 'fork';
}
