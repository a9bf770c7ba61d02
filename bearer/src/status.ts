import type { Heartbeat } from '@fauna-flags/protocol';
import type { DocumentStatus } from './documents/document-status.ts';

/** What a bearer reads from at this moment: the store, a manager or another bearer, or nothing that answers. */
export type SourceInUse = Heartbeat['source'];

/** How one environment is served. */
export interface EnvironmentStatus extends DocumentStatus {
  /** The environment's UUID. */
  readonly id: string;
  readonly streams: number;
}

/**
 * What `/readyz` says. Ready means: keys can be judged, and every environment is either served or known to have nothing
 * to serve. A source that goes away later does not make a bearer unready, since the last good state is served for ever.
 */
export interface BearerStatus {
  readonly ready: boolean;
  readonly source: SourceInUse;
  readonly keys: DocumentStatus;
  readonly environments: readonly EnvironmentStatus[];
  readonly streams: number;
  /** How often copies could not be read or written since the start: a full disk, a folder without rights. */
  readonly copyFailures: number;
}
