import { explain } from '@fauna-flags/core';
import {
  type Evaluate,
  type EvaluateAnswer,
  type ExplainedEvaluation,
  evaluateSchema,
} from '@fauna-flags/protocol';
import { Hono } from 'hono';
import { type ApiEnv, pathKey, readBody } from '../../platform/http/index.ts';
import { findEnvironment } from '../environments/index.ts';
import type { WriteDeps } from '../publishing/index.ts';
import { compiledRulesets, type PositionedRuleset } from './compiled-rulesets.ts';

/** `/projects/{p}/environments/{e}/evaluate`: what a context would get, and why. Nothing is counted and nothing kept. */
export function evaluationRoutes({ database }: Pick<WriteDeps, 'database'>): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  const rulesetOf = compiledRulesets(database);
  app.post('/projects/:project/environments/:environment/evaluate', async (c) => {
    const input = await readBody(c, evaluateSchema, { kept: false });
    const where = { project: pathKey(c, 'project'), environment: pathKey(c, 'environment') };
    const environment = await findEnvironment(database.read, where);
    return c.json(evaluate(await rulesetOf(environment.id), input));
  });
  return app;
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
