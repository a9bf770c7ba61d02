import type { Position } from '@fauna-flags/core/link';
import type { Snapshot } from '@fauna-flags/protocol';

/**
 * Where rulesets come from: memory, Redis, another bearer, a file. Environments are named by their UUID.
 *
 * Sources fail, and that is expected: `read` and `position` may reject or take long, and whoever asks keeps what it has.
 * A source never judges content: hash, position and form are verified by the reader, so an adapter stays a few lines.
 */
export interface RulesetSource {
  /** The newest snapshot that the source has; `undefined` when it has none, which never means "empty it". */
  read(environmentId: string): Promise<Snapshot | undefined>;
  /** Where that snapshot stands, without its bytes: the cheap read that comparisons use. */
  position(environmentId: string): Promise<Position | undefined>;
  /**
   * Hints that an environment may have changed. A hint may come twice, late or never and carries nothing: only positions
   * decide. After the answer was called no hint comes any more; calling it twice is fine. Never throws.
   */
  watch(environmentId: string, onHint: () => void): () => void;
  /** Ends every watch and connection; may be called twice. Reads reject or answer `undefined` from then on. */
  close(): Promise<void>;
}
