import type { Position } from '@fauna-flags/core/link';
import type { Snapshot } from '@fauna-flags/protocol';
import type { Clock } from '../clock.ts';
import type { BearerLimits } from '../config.ts';
import type { BearerCrypto } from '../crypto.ts';
import type { Log } from '../log.ts';
import type { KeptDocuments } from './kept-documents.ts';

/** Reads one document; see `RulesetSource` and `KeySource` for what it promises. */
export interface DocumentReader {
  read(): Promise<Snapshot | undefined>;
  position(): Promise<Position | undefined>;
  watch(onHint: () => void): () => void;
}

/** Where a document that is applied has come from. */
export type DocumentOrigin = 'copy' | 'source';

/** What a follower needs. */
export interface DocumentFollowerOptions<T> {
  readonly documentId: string;
  readonly reader: DocumentReader;
  /** Makes the document out of verified bytes. Whatever it throws rejects the snapshot as a whole. */
  readonly parse: (snapshot: Snapshot) => T;
  /** Called after each applied change, in order. What it throws is logged, and nothing more. */
  readonly onApplied: (document: T, origin: DocumentOrigin) => void;
  /** Larger snapshots are rejected unread. */
  readonly bytesMax: number;
  /** Whether one of our managers vouches for a snapshot; absent where nothing is signed. */
  readonly isSigned?: ((documentId: string, snapshot: Snapshot) => boolean) | undefined;
  /** Where its copies are, loaded before the follower is started; absent where none are kept. */
  readonly kept?: KeptDocuments | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly crypto: BearerCrypto;
  readonly log: Log;
  readonly limits: BearerLimits;
}
