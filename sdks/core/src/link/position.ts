/**
 * Where a snapshot stands in the life of its document: ordered by (epoch, version); the hash tells two histories that
 * reached the same pair apart.
 */
export interface Position {
  readonly epoch: number;
  readonly version: number;
  /** The first 8 hex digits of the SHA-256 of the snapshot's bytes. */
  readonly hash8: string;
}

/** Writes a position as it stands on the wire, in `id:` lines and in ETags: `epoch-version-hash8`. */
export function formatPosition({ epoch, version, hash8 }: Position): string {
  return `${epoch}-${version}-${hash8}`;
}

/** Reads `epoch-version-hash8`; anything else is `undefined`, never an error: ids come back from the outside. */
export function parsePosition(text: string | null | undefined): Position | undefined {
  const parts = /^(\d{1,15})-(\d{1,15})-([0-9a-f]{8})$/.exec(text ?? '');
  if (parts === null) return undefined;
  const [, epoch, version, hash8] = parts;
  if (epoch === undefined || version === undefined || hash8 === undefined) return undefined;
  return { epoch: Number(epoch), version: Number(version), hash8 };
}

/**
 * How `a` stands to `b`. `fork`: the same epoch and version with other content, which means that two histories exist;
 * it is never "equal".
 */
export function comparePositions(a: Position, b: Position): 'older' | 'same' | 'newer' | 'fork' {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? 'older' : 'newer';
  if (a.version !== b.version) return a.version < b.version ? 'older' : 'newer';
  return a.hash8 === b.hash8 ? 'same' : 'fork';
}
