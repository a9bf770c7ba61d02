import type { ErrorCode, Evaluation, Json, Reason } from './model.ts';
import type { ReadVariation } from './read-flag.ts';

/**
 * One possible answer of one flag, made when the ruleset is compiled: evaluating only picks one. Everything in it is
 * frozen, since every context that gets this answer gets this very object.
 */
export interface Outcome {
  /** The place of the variation; -1 for an error. */
  readonly variation: number;
  readonly evaluation: Evaluation;
  /** The same without the rule, which client keys never see. */
  readonly clientEvaluation: Evaluation;
  /** `clientEvaluation` as JSON text. */
  readonly text: string;
  /** The same as a member of the `flags` object of a client answer: a `{` or `,`, the flag's key, `text`. */
  readonly member: string;
}

/** What tells the outcomes of a flag apart. */
export interface Decision {
  readonly variation: number;
  readonly reason: Exclude<Reason, 'ERROR'>;
  readonly ruleId?: string;
  readonly inRollout?: true;
}

/** Makes the outcomes of one flag. */
export interface OutcomeTable {
  of(decision: Decision): Outcome;
  error(errorCode: ErrorCode): Outcome;
  /** By variation: what a client sees of it, `{"value":…,"variation":…}`. */
  readonly variationTexts: readonly string[];
}

/** The evaluation of a flag that does not exist. */
export const flagNotFound: Evaluation = Object.freeze({ reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' });

/** A table for the flag with this key. `memberPrefix` is what stands before its key in a client answer. */
export function createOutcomeTable(flag: {
  readonly key: string;
  readonly variations: readonly ReadVariation[];
  readonly memberPrefix: '{' | ',';
}): OutcomeTable {
  const head = `${flag.memberPrefix}${JSON.stringify(flag.key)}:`;
  const values = flag.variations.map(({ valueText }) => parseFrozen(valueText));
  const variationTexts = flag.variations.map(
    ({ key, valueText }) => `{"value":${valueText},"variation":${JSON.stringify(key)}}`,
  );
  // Answers that differ in their rule alone are the same text for clients.
  const known = new Map<string, Outcome>();

  const keep = (name: string, make: () => Outcome): Outcome => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const made = make();
    known.set(name, made);
    return made;
  };

  const clientOutcome = ({ variation, reason, inRollout }: Decision): Outcome =>
    keep(`${variation} ${reason} ${inRollout === true}`, () => {
      const rollout = inRollout === true ? { inRollout } : {};
      const key = flag.variations[variation]?.key ?? '';
      const evaluation = Object.freeze({
        value: values[variation] ?? null,
        variation: key,
        reason,
        ...rollout,
      });
      const suffix = inRollout === true ? ',"inRollout":true}' : '}';
      const text = flat(variationTexts[variation]?.slice(0, -1) ?? '', `,"reason":"${reason}"`, suffix);
      return { variation, evaluation, clientEvaluation: evaluation, text, member: flat(head, text) };
    });

  return {
    variationTexts,
    of(decision) {
      const outcome = clientOutcome(decision);
      const { ruleId } = decision;
      if (ruleId === undefined) return outcome;
      const { evaluation } = outcome;
      return { ...outcome, evaluation: Object.freeze({ ...evaluation, ruleId }) };
    },
    error: (errorCode) =>
      keep(errorCode, () => {
        const evaluation: Evaluation = Object.freeze({ reason: 'ERROR', errorCode });
        const text = JSON.stringify(evaluation);
        return { variation: -1, evaluation, clientEvaluation: evaluation, text, member: flat(head, text) };
      }),
  };
}

/**
 * Joins into one flat string. A sum would be a tree of its parts in V8, walked again every time that an answer which
 * contains it is written out.
 */
function flat(...parts: string[]): string {
  return parts.join('');
}

/** A value of its own, frozen to the bottom: answers share it, and the ruleset stays the caller's. */
function parseFrozen(text: string): Json {
  const mayNest = text.startsWith('{') || text.startsWith('[');
  return mayNest ? JSON.parse(text, (_, member) => Object.freeze(member)) : JSON.parse(text);
}
