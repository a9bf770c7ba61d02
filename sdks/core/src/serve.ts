import { boundariesOf, sliceAt } from './bucket.ts';
import { type EvaluationState, readView } from './evaluation-state.ts';
import { fmix32 } from './fmix32.ts';
import { murmur3 } from './murmur3.ts';
import { createErrorOutcome, createOutcome, type Outcome, type OutcomeSource } from './outcome.ts';
import type { ReadServe } from './read-flag.ts';
import type { Slot, ViewTable } from './view.ts';

/** Gives the outcome for the context. Never throws. */
export type Decide = (state: EvaluationState) => Outcome;

/** What to serve, compiled. */
export interface CompiledServe {
  readonly read: ReadServe;
  /** False when a rollout buckets by an attribute that is not declared, which every context then lacks. */
  readonly isDeclared: boolean;
  /** What `decide` gives whatever the context; undefined for rollouts. */
  readonly fixed: Outcome | undefined;
  readonly decide: Decide;
}

/** What serves are compiled against. */
export interface ServeScope {
  readonly views: ViewTable;
  /** Whether conditions and rollouts may use the attribute. */
  isDeclared(attribute: string): boolean;
  readonly source: OutcomeSource;
}

/** Compiles a serve: that of the rule with this id, or the default one. */
export function compileServe(read: ReadServe, ruleId: string | undefined, scope: ServeScope): CompiledServe {
  const { source } = scope;
  if (read.kind === 'variation') {
    const reason = ruleId === undefined ? 'DEFAULT' : 'RULE';
    const outcome = createOutcome(source, { variation: read.variation, reason, ruleId });
    return { read, isDeclared: true, fixed: outcome, decide: () => outcome };
  }
  const missing = createErrorOutcome(source, 'TARGETING_KEY_MISSING');
  if (!scope.isDeclared(read.by)) return { read, isDeclared: false, fixed: undefined, decide: () => missing };
  const reason = ruleId === undefined ? 'SPLIT' : 'RULE';
  const slices = read.weights.map(({ variation }) =>
    createOutcome(source, { variation, reason, ruleId, inRollout: true }),
  );
  const boundaries = boundariesOf(read.weights.map(({ weight }) => weight));
  const unitHash = scope.views.slotOf(read.by, 'unitHash');
  const decide = rollout({ unitHash, seedHash: murmur3(read.seed), boundaries, slices, missing });
  return { read, isDeclared: true, fixed: undefined, decide };
}

interface RolloutParts {
  readonly unitHash: Slot<number>;
  readonly seedHash: number;
  readonly boundaries: readonly number[];
  readonly slices: readonly Outcome[];
  readonly missing: Outcome;
}

function rollout({ unitHash, seedHash, boundaries, slices, missing }: RolloutParts): Decide {
  const [first, second] = slices;
  const [boundary] = boundaries;
  // On or off for a share of the users is nearly every rollout there is.
  if (slices.length === 2 && first !== undefined && second !== undefined && boundary !== undefined)
    return (state) => {
      const hash = readView(state, unitHash);
      if (hash === undefined) return missing;
      return fmix32(hash ^ seedHash) < boundary ? first : second;
    };
  return (state) => {
    const hash = readView(state, unitHash);
    if (hash === undefined) return missing;
    return slices[sliceAt(boundaries, fmix32(hash ^ seedHash))] ?? missing;
  };
}
