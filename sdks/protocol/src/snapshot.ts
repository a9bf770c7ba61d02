import type { Position } from '@fauna-flags/core/link';

/**
 * One document of the delivery protocol at one position: the ruleset of an environment, or the key registry. `payload`
 * is the stored canonical JSON, byte for byte; `hash` is the SHA-256 of these bytes in hex (64 digits).
 */
export interface Snapshot {
  readonly epoch: number;
  readonly version: number;
  readonly hash: string;
  readonly payload: Uint8Array;
  /** Where managers sign: what they vouch for this document, position and hash with, in base64url. */
  readonly signature?: string | undefined;
}

/** The document id of the key registry; every other document's id is an environment's UUID. */
export const keyRegistryDocument = 'keys';

/** The position of a snapshot as it stands on the wire. */
export function positionOf(snapshot: Pick<Snapshot, 'epoch' | 'version' | 'hash'>): Position {
  return { epoch: snapshot.epoch, version: snapshot.version, hash8: snapshot.hash.slice(0, 8) };
}
