import type { Evaluation, Explanation } from '@fauna-flags/core';
import * as z from 'zod';
import { positionTextSchema } from '../connect.ts';

/** Body of `POST …/evaluate`: every flag unless one is named. */
export const evaluateSchema = z
  .strictObject({
    context: z.custom<Record<string, unknown>>(isObject, 'must be an object').optional(),
    flag: z.string().min(1).max(200).optional(),
  })
  .meta({
    id: 'Evaluate',
    examples: [{ context: { key: 'user-1', state: 'California', student: true }, flag: 'google-pay' }],
  });
export type Evaluate = z.infer<typeof evaluateSchema>;

/** What one context gets of one flag, and the decisions that led there. */
export type ExplainedEvaluation = Evaluation & Pick<Explanation, 'path' | 'audiences'>;

/** The answer of `POST …/evaluate`: what the environment's ruleset at this position gives the context. */
export interface EvaluateAnswer {
  readonly position: string;
  readonly flags: Readonly<Record<string, ExplainedEvaluation>>;
}

/** The same as far as documents describe it; what an explanation holds is core's to say. */
export const evaluateAnswerSchema = z
  .object({
    position: positionTextSchema,
    flags: z.record(
      z.string(),
      z
        .object({
          value: z.unknown().optional(),
          variation: z.string().optional(),
          reason: z.enum(['OFF', 'PREREQUISITE_FAILED', 'TARGET', 'RULE', 'DEFAULT', 'SPLIT', 'ERROR']),
          path: z.array(z.object({ step: z.string(), held: z.boolean() }).loose()),
          audiences: z.record(z.string(), z.unknown()),
        })
        .loose(),
    ),
  })
  .meta({
    id: 'EvaluateAnswer',
    examples: [
      {
        position: '1772443800-42-9f86d081',
        flags: {
          'google-pay': {
            value: true,
            variation: 'on',
            reason: 'RULE',
            ruleId: 'students-first',
            path: [
              { step: 'off', held: false },
              {
                step: 'rule',
                held: true,
                rule: 'students-first',
                match: {
                  combine: 'any',
                  held: true,
                  conditions: [{ audiences: ['students'], isIn: ['students'], held: true }],
                },
              },
            ],
            audiences: { students: true },
          },
        },
      },
    ],
  });

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
