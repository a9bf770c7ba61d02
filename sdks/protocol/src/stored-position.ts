import type { Snapshot } from './snapshot.ts';

/** Where a snapshot stands, with all 64 hex digits of its hash, since forks are told by it. */
export type StoredPosition = Pick<Snapshot, 'epoch' | 'version' | 'hash'>;

/** Writes `epoch-version-hash`, as stores and bearers keep it between them. */
export function formatStoredPosition({ epoch, version, hash }: StoredPosition): string {
  return `${epoch}-${version}-${hash}`;
}

/** Reads `epoch-version-hash` with the whole hash; anything else is `undefined`, never an error. */
export function parseStoredPosition(text: string | null | undefined): StoredPosition | undefined {
  const [, epoch, version, hash] = /^(\d{1,15})-(\d{1,15})-([0-9a-f]{64})$/.exec(text ?? '') ?? [];
  if (epoch === undefined || version === undefined || hash === undefined) return undefined;
  return { epoch: Number(epoch), version: Number(version), hash };
}

/** Orders two stored positions; equal pairs with different hashes are a fork and never "same". */
export function compareStored(a: StoredPosition, b: StoredPosition): 'older' | 'same' | 'newer' | 'fork' {
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? 'older' : 'newer';
  if (a.version !== b.version) return a.version < b.version ? 'older' : 'newer';
  return a.hash === b.hash ? 'same' : 'fork';
}
