import { comparePositions, type Position } from '@fauna-flags/core/link';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import type { StreamDialect } from './stream-dialect.ts';

/** How a stream begins: with the whole state, with the whole state although it is older, or with nothing new. */
export type Opening = 'put' | 'reset' | 'none';

/** How a stream begins for a reader that holds what its view was made of: with the difference to this ruleset. */
export interface Resumption {
  readonly resumeTo: LiveRuleset;
}

/**
 * What one kind of stream shows of rulesets. A view remembers which ruleset its reader holds, and says what to send to
 * bring the reader to another. It writes nothing itself.
 */
export interface StreamView {
  /** How its stream words all the rest. */
  readonly dialect: StreamDialect;
  /** The ruleset that the reader holds once everything returned so far has arrived. */
  readonly live: LiveRuleset;
  /** The first frame. Either this or `resume` is called once, before `advance`. */
  open(opening: Opening): Uint8Array;
  /** The first frame for a reader that holds what the view was made of, and is brought to this ruleset. */
  resume(to: LiveRuleset): Uint8Array;
  /** The frame from what the reader holds to this ruleset; `undefined` when nothing that it sees has changed. */
  advance(to: LiveRuleset): Uint8Array | undefined;
}

/** How to begin for a reader that holds `since`; `ahead` when it claims to know more than we do. */
export function openingFor(since: Position | undefined, live: LiveRuleset): 'put' | 'none' | 'ahead' {
  if (since === undefined) return 'put';
  const standing = comparePositions(since, live.position);
  if (standing === 'same') return 'none';
  return standing === 'newer' ? 'ahead' : 'put';
}
