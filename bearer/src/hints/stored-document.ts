import type { Position } from '@fauna-flags/core/link';
import { parseStoredPosition, positionOf, type Snapshot } from '@fauna-flags/protocol';

/** The fields of a snapshot as it lies in a store. */
export type SnapshotFields = {
  readonly [field in 'e' | 'v' | 'h' | 's' | 'payload']: Uint8Array | undefined;
};

/**
 * A snapshot out of its fields. Bytes stay bytes: a text would not have the hash of what was stored when it is no UTF-8.
 * Throws when it is not stored as a snapshot is: whoever reads must know that it has not got what lies there.
 */
export function storedSnapshot(documentId: string, { e, v, h, s, payload }: SnapshotFields): Snapshot {
  if (e === undefined || v === undefined || h === undefined || payload === undefined)
    return unreadable(documentId);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const position = parseStoredPosition(`${text(e)}-${text(v)}-${text(h)}`) ?? unreadable(documentId);
  return { ...position, payload, ...(s === undefined ? {} : { signature: text(s) }) };
}

/** Where a document stands by the index of positions; throws when it says something else. */
export function indexedPosition(documentId: string, text: string): Position {
  return positionOf(parseStoredPosition(text) ?? unreadable(documentId));
}

function unreadable(documentId: string): never {
  throw new Error(`Cannot read document ${documentId} in the store: it is not stored as a snapshot is`);
}
