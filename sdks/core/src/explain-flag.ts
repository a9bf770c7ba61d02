import { attributeValue, keyAttribute } from './attribute-value.ts';
import type { Audiences } from './audiences.ts';
import { boundariesOf, bucket, sliceAt, unitOf } from './bucket.ts';
import type { EvaluationState } from './evaluation-state.ts';
import type { ExplainedRollout, Explanation, ExplanationStep } from './explanation.ts';
import type { CompiledFlag } from './flag.ts';
import { createJudge, type Judge } from './judge.ts';
import { evaluationOf, flagNotFound } from './outcome.ts';
import type { CompiledServe } from './serve.ts';
import type { TraceStep } from './trace.ts';

/** What an explanation is made from. */
export interface ExplainedFlag {
  readonly flagKey: string;
  /** Undefined when the ruleset has no such flag. */
  readonly flag: CompiledFlag | undefined;
  readonly audiences: Audiences;
  readonly state: EvaluationState;
}

/**
 * Evaluates a flag with its trace on, and puts the trace into words. There is no second evaluator: the flag decides as it
 * always does, and the conditions are judged by the very closures that decided.
 */
export function explainFlag({ flagKey, flag, audiences, state }: ExplainedFlag): Explanation {
  if (flag === undefined) {
    const problem = `there is no flag "${flagKey}"`;
    return {
      flag: flagKey,
      evaluation: flagNotFound,
      path: [{ step: 'error', held: true, errorCode: 'FLAG_NOT_FOUND', problem }],
      audiences: {},
    };
  }
  const trace: TraceStep[] = [];
  state.trace = trace;
  const evaluation = evaluationOf(flag.decideAnew(state));
  state.trace = undefined;
  const judge = createJudge(audiences, state);
  const path = trace.map((step) => explainStep(step, { flag, judge, state }));
  const last = path.at(-1);
  if (evaluation.reason === 'ERROR' && last?.step !== 'error') {
    const problem = 'the context has nothing that the rollout could be bucketed by';
    path.push({ step: 'error', held: true, errorCode: evaluation.errorCode, problem });
  }
  return { flag: flagKey, evaluation, path, audiences: judge.audiences() };
}

interface StepSurroundings {
  readonly flag: CompiledFlag;
  readonly judge: Judge;
  readonly state: EvaluationState;
}

function explainStep(step: TraceStep, { flag, judge, state }: StepSurroundings): ExplanationStep {
  switch (step.step) {
    case 'malformed':
      return { step: 'error', held: true, errorCode: 'MALFORMED', problem: step.problem };
    case 'off':
      return { step: 'off', held: step.held };
    case 'prerequisite': {
      const { read, required } = step.prerequisite;
      return {
        step: 'prerequisite',
        held: step.held,
        ...read,
        ...(required === undefined
          ? { problem: `there is no flag "${read.flag}" with a variation "${read.variation}"` }
          : { enabled: required.flag.enabled }),
        ...(step.outcome === undefined ? {} : { evaluation: evaluationOf(step.outcome) }),
      };
    }
    case 'target': {
      const key = attributeValue(state.context, keyAttribute);
      return { step: 'target', held: step.held, ...(typeof key === 'string' ? { key } : {}) };
    }
    case 'rule': {
      const { rule, held } = step;
      const rollout = held ? explainRollout(rule.serve, flag, state) : {};
      return { step: 'rule', held, rule: rule.id, match: judge.match(rule.match), ...rollout };
    }
    case 'default':
      return { step: 'default', held: true, ...explainRollout(step.serve, flag, state) };
  }
}

function explainRollout(
  { read, isDeclared }: CompiledServe,
  flag: CompiledFlag,
  state: EvaluationState,
): { rollout?: ExplainedRollout } {
  if (read.kind === 'variation') return {};
  const { by, seed, weights } = read;
  const unit = isDeclared ? unitOf(attributeValue(state.context, by)) : undefined;
  const boundaries = boundariesOf(weights.map(({ weight }) => weight));
  const position = unit === undefined ? undefined : bucket(unit, seed);
  const slice = position === undefined ? -1 : sliceAt(boundaries, position);
  return {
    rollout: {
      by,
      seed,
      ...(unit === undefined ? {} : { unit }),
      ...(position === undefined ? {} : { position, percent: (position / 2 ** 32) * 100 }),
      slices: weights.map(({ variation, weight }, index) => ({
        variation: flag.variations[variation] ?? '',
        weight,
        boundary: boundaries[index] ?? 0,
        held: index === slice,
      })),
    },
  };
}
