import type { Heartbeat } from '@fauna-flags/protocol';

/**
 * Where bearers tell how they do: a store, the manager, or another bearer that hands it on.
 *
 * A heartbeat takes the place of the earlier one of the same bearer, and is forgotten once that bearer has been silent for
 * `heartbeatLifeMs`. `report` may reject, and nobody repeats what was lost: the next one says it all again. After `close`
 * every report rejects; closing twice is fine.
 */
export interface ReportSink {
  report(heartbeat: Heartbeat): Promise<void>;
  close(): Promise<void>;
}
