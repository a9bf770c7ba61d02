/*
 * Outcomes: the possible answers of a flag, so that evaluating only picks one. What is sent of an outcome is made when
 * it is first asked for and then kept: most outcomes of a ruleset, errors above all, are never served, and a change of
 * one flag compiles them all anew.
 */
import type { ErrorCode, Evaluation, Json, Reason } from './model.ts';
import type { ReadVariation } from './read-flag.ts';

/** What tells the outcomes of a flag apart. `variation` is a place, -1 for an error. */
export interface Decision {
  readonly variation: number;
  readonly reason: Reason;
  readonly ruleId?: string | undefined;
  readonly inRollout?: true | undefined;
  readonly errorCode?: ErrorCode | undefined;
}

/** What the outcomes of one flag are made from. */
export interface OutcomeSource {
  /** What stands before an answer in the `flags` object of a client answer: a `{` or `,`, the flag's key, a `:`. */
  readonly head: string;
  readonly variations: readonly ReadVariation[];
  /** By variation, as far as they were asked for: values that answers share, frozen to the bottom. */
  readonly values: (Json | undefined)[];
  /** Answers that differ in their rule alone are the same text for clients, and values may be long. */
  readonly clientAnswers: Map<string, ClientAnswer>;
}

interface ClientAnswer {
  readonly evaluation: Evaluation;
  readonly text: string;
  readonly member: string;
}

/** One possible answer of one flag. Its members are read by the functions below, which fill them. */
export interface Outcome {
  readonly source: OutcomeSource;
  readonly decision: Decision;
  readonly variation: number;
  evaluation: Evaluation | undefined;
  clientAnswer: ClientAnswer | undefined;
  /** Of `clientAnswer`, once more, because a whole client answer is made of nothing else. Empty until it is filled. */
  member: string;
}

/** The evaluation of a flag that does not exist. */
export const flagNotFound: Evaluation = Object.freeze({ reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' });

/** A source for the flag with this key. */
export function createOutcomeSource(
  key: string,
  memberPrefix: '{' | ',',
  variations: readonly ReadVariation[],
): OutcomeSource {
  const head = `${memberPrefix}${JSON.stringify(key)}:`;
  return { head, variations, values: new Array(variations.length).fill(undefined), clientAnswers: new Map() };
}

/** An outcome of the flag. */
export function createOutcome(source: OutcomeSource, decision: Decision): Outcome {
  const { variation } = decision;
  return { source, decision, variation, evaluation: undefined, clientAnswer: undefined, member: '' };
}

/** The outcome of a flag that cannot answer. */
export function createErrorOutcome(source: OutcomeSource, errorCode: ErrorCode): Outcome {
  return createOutcome(source, { variation: -1, reason: 'ERROR', errorCode });
}

/** The whole answer. Frozen, since every context that gets this outcome gets this very object. */
export function evaluationOf(outcome: Outcome): Evaluation {
  outcome.evaluation ??= makeEvaluation(outcome);
  return outcome.evaluation;
}

/** The answer without the rule, which client keys never see. */
export function clientEvaluationOf(outcome: Outcome): Evaluation {
  return clientAnswerOf(outcome).evaluation;
}

/** `clientEvaluationOf()` as JSON text. */
export function clientTextOf(outcome: Outcome): string {
  return clientAnswerOf(outcome).text;
}

/** The same as a member of the `flags` object of a client answer. */
export function clientMemberOf(outcome: Outcome): string {
  if (outcome.member === '') outcome.member = clientAnswerOf(outcome).member;
  return outcome.member;
}

/** The value of one variation as JSON text; undefined where there is none. */
export function valueTextOf({ variations }: OutcomeSource, place: number): string | undefined {
  return variations[place]?.valueText;
}

function makeEvaluation(outcome: Outcome): Evaluation {
  const { evaluation } = clientAnswerOf(outcome);
  const { ruleId } = outcome.decision;
  if (ruleId === undefined || evaluation.reason === 'ERROR') return evaluation;
  return Object.freeze({ ...evaluation, ruleId });
}

function clientAnswerOf(outcome: Outcome): ClientAnswer {
  outcome.clientAnswer ??= sharedAnswer(outcome);
  return outcome.clientAnswer;
}

function sharedAnswer({ source, decision }: Outcome): ClientAnswer {
  const { variation, reason, inRollout = false, errorCode } = decision;
  const name = `${errorCode ?? variation} ${reason} ${inRollout}`;
  const known = source.clientAnswers.get(name);
  if (known !== undefined) return known;
  const answer = makeClientAnswer(source, decision);
  source.clientAnswers.set(name, answer);
  return answer;
}

function makeClientAnswer(source: OutcomeSource, decision: Decision): ClientAnswer {
  const { variation, reason, inRollout, errorCode } = decision;
  if (reason === 'ERROR') {
    const evaluation: Evaluation = Object.freeze({ reason, errorCode: errorCode ?? 'MALFORMED' });
    const text = JSON.stringify(evaluation);
    return { evaluation, text, member: flat(source.head, text) };
  }
  const key = source.variations[variation]?.key ?? '';
  const value = frozenValue(source, variation);
  const evaluation: Evaluation = Object.freeze(
    inRollout === true ? { value, variation: key, reason, inRollout } : { value, variation: key, reason },
  );
  const shown = `{"value":${valueTextOf(source, variation)},"variation":${JSON.stringify(key)}`;
  const text = flat(shown, `,"reason":"${reason}"`, inRollout === true ? ',"inRollout":true}' : '}');
  return { evaluation, text, member: flat(source.head, text) };
}

/**
 * Joins into one flat string. A sum would be a tree of its parts in V8, walked again every time that an answer which
 * contains it is written out.
 */
function flat(...parts: string[]): string {
  return parts.join('');
}

/** A value of its own, frozen to the bottom: answers share it, and the ruleset stays the caller's. */
function frozenValue(source: OutcomeSource, place: number): Json {
  const known = source.values[place];
  if (known !== undefined) return known;
  const value: Json = JSON.parse(source.variations[place]?.valueText ?? 'null', (_, member) =>
    Object.freeze(member),
  );
  source.values[place] = value;
  return value;
}
