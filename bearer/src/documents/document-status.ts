/** How a document's source does: `waiting` for a first snapshot, `live`, or `stale` while the source cannot be asked. */
export type SourceState = 'waiting' | 'live' | 'stale';

/** What `/readyz` says about one document. */
export interface DocumentStatus {
  readonly position: string | null;
  readonly source: SourceState;
  /** Since the source last confirmed that there is nothing newer; null when it never has. */
  readonly staleSeconds: number | null;
  /** The position that could not be applied, if any. */
  readonly rejected: string | null;
  /** How many snapshots could not be applied since the start. */
  readonly rejections: number;
}
