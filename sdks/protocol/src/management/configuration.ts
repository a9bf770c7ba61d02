import * as z from 'zod';
import { keySchema } from '../names.ts';
import { flagConfigurationSchema, ruleSchema } from '../ruleset.ts';
import { matchInputSchema } from './match.ts';
import { oneMember } from './one-member.ts';
import { nameSchema, readOnlySchema, timeSchema } from './text.ts';

const wordSchema = z.string().min(1).max(200);

/** What to serve, as a request brings it. */
export const serveInputSchema = z.union(
  [
    z.strictObject({ variation: wordSchema }),
    z.strictObject({
      rollout: z.strictObject({
        by: wordSchema.optional(),
        seed: z.string().min(1).max(200).optional(),
        hash: z.literal('fauna').optional(),
        weights: z.array(z.strictObject({ variation: wordSchema, weight: z.number() })),
      }),
    }),
  ],
  { error: oneMember('variation', 'rollout') },
);
export type ServeInput = z.infer<typeof serveInputSchema>;

/** One rule, as a request brings it: an id that is absent is made. */
export const ruleInputSchema = z.strictObject({
  id: keySchema.optional(),
  name: nameSchema.nullable().optional(),
  match: matchInputSchema,
  serve: serveInputSchema,
});
export type RuleInput = z.infer<typeof ruleInputSchema>;

/** Body of `PUT /projects/{p}/flags/{f}/environments/{e}`: the whole configuration, `enabled` as it is when absent. */
export const putConfigurationSchema = z.strictObject({
  enabled: z.boolean().optional(),
  offVariation: wordSchema,
  prerequisites: z.array(z.strictObject({ flag: wordSchema, variation: wordSchema })),
  targets: z.array(z.strictObject({ variation: wordSchema, keys: z.array(z.string().max(1_024)) })),
  rules: z.array(ruleInputSchema),
  defaultServe: serveInputSchema,
  flag: readOnlySchema,
  environment: readOnlySchema,
  revision: readOnlySchema,
  updatedAt: readOnlySchema,
});
export type PutConfiguration = z.infer<typeof putConfigurationSchema>;

/** Body of `POST …/toggle`. */
export const toggleSchema = z.strictObject({ enabled: z.boolean() });

/** A rule with what the dashboard calls it. */
export const namedRuleSchema = ruleSchema.unwrap().extend({ name: z.string().optional() });
export type NamedRule = z.infer<typeof namedRuleSchema>;

/** The configuration of one flag in one environment as answers carry it. */
export const configurationSchema = flagConfigurationSchema.unwrap().extend({
  flag: keySchema,
  environment: keySchema,
  rules: z.array(namedRuleSchema),
  revision: z.number().int(),
  updatedAt: timeSchema,
});
export type Configuration = z.infer<typeof configurationSchema>;
