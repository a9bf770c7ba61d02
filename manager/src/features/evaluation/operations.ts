import { explain } from '@fauna-flags/core';
import {
  type Evaluate,
  type EvaluateAnswer,
  type ExplainedEvaluation,
  evaluateAnswerSchema,
  evaluateSchema,
} from '@fauna-flags/protocol';
import { type Operation, post } from '../../platform/http/index.ts';
import { findEnvironment } from '../environments/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { compiledRulesets, type PositionedRuleset } from './compiled-rulesets.ts';

/** `/projects/{p}/environments/{e}/evaluate`: what a context would get, and why. Nothing is counted and nothing kept. */
export function evaluationOperations({ database }: Pick<WriteDeps, 'database'>): readonly Operation[] {
  const rulesetOf = compiledRulesets(database);
  return [
    post(
      '/projects/:project/environments/:environment/evaluate',
      {
        id: 'evaluate',
        summary: 'evaluate the flags of an environment for a context',
        description:
          'What the context would get, and the decisions that lead there. Nothing is counted, nothing is kept.',
        needs: 'evaluation.run',
        body: evaluateSchema,
        isKept: false,
        answer: evaluateAnswerSchema,
      },
      async ({ scope, body }) => {
        const environment = await findEnvironment(database.read, scope);
        return evaluate(await rulesetOf(environment.id), body);
      },
    ),
  ];
}

function evaluate(
  { position, compiled }: PositionedRuleset,
  { context = {}, flag }: Evaluate,
): EvaluateAnswer {
  const keys = flag === undefined ? compiled.flagKeys : [flag];
  const flags: Record<string, ExplainedEvaluation> = Object.create(null);
  for (const key of keys) {
    const { evaluation, path, audiences } = explain(compiled, key, context);
    flags[key] = { ...evaluation, path, audiences };
  }
  return { position, flags };
}
