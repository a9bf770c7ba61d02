import type { Position } from '@fauna-flags/core/link';
import type { Snapshot } from '@fauna-flags/protocol';

/**
 * Where the key registry comes from. The registry is one document of the same protocol as rulesets, with its own
 * position, so the promises are those of `RulesetSource`, without an environment.
 */
export interface KeySource {
  /** The newest registry that the source has; `undefined` when it has none, which never revokes anything. */
  read(): Promise<Snapshot | undefined>;
  /** Where it stands, without its bytes. */
  position(): Promise<Position | undefined>;
  /** Hints that the registry may have changed: twice, late or never; only positions decide. Never throws. */
  watch(onHint: () => void): () => void;
  /** Ends every watch and connection; may be called twice. */
  close(): Promise<void>;
}
