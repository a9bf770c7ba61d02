import * as z from 'zod';
import { keySchema } from '../names.ts';
import { flagConfigurationSchema, ruleSchema } from '../ruleset.ts';
import { matchInputSchema } from './match.ts';
import { oneMember } from './one-member.ts';
import { nameSchema, readOnlySchema, timeSchema } from './text.ts';

const wordSchema = z.string().min(1).max(200);

/** What to serve, as a request brings it. */
export const serveInputSchema = z
  .union(
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
  )
  .meta({
    id: 'ServeInput',
    examples: [
      { variation: 'on' },
      {
        rollout: {
          weights: [
            { variation: 'on', weight: 25_000 },
            { variation: 'off', weight: 75_000 },
          ],
        },
      },
    ],
  });
export type ServeInput = z.infer<typeof serveInputSchema>;

/** One rule, as a request brings it: an id that is absent is made. */
export const ruleInputSchema = z
  .strictObject({
    id: keySchema.optional(),
    name: nameSchema.nullable().optional(),
    match: matchInputSchema,
    serve: serveInputSchema,
  })
  .meta({ id: 'RuleInput' });
export type RuleInput = z.infer<typeof ruleInputSchema>;

/** Body of `PUT /projects/{p}/flags/{f}/environments/{e}`: the whole configuration, `enabled` as it is when absent. */
export const putConfigurationSchema = z
  .strictObject({
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
  })
  .meta({
    id: 'PutConfiguration',
    examples: [
      {
        enabled: true,
        offVariation: 'off',
        prerequisites: [],
        targets: [{ variation: 'on', keys: ['user-1', 'user-2'] }],
        rules: [
          {
            name: 'Students first',
            match: { combine: 'any', conditions: [{ audiences: ['students'] }] },
            serve: { variation: 'on' },
          },
        ],
        defaultServe: {
          rollout: {
            weights: [
              { variation: 'on', weight: 25_000 },
              { variation: 'off', weight: 75_000 },
            ],
          },
        },
      },
    ],
  });
export type PutConfiguration = z.infer<typeof putConfigurationSchema>;

/** Body of `POST …/toggle`. */
export const toggleSchema = z
  .strictObject({ enabled: z.boolean() })
  .meta({ id: 'Toggle', examples: [{ enabled: true }] });

/** A rule with what the dashboard calls it. */
export const namedRuleSchema = ruleSchema
  .unwrap()
  .extend({ name: z.string().optional() })
  .meta({ id: 'Rule' });
export type NamedRule = z.infer<typeof namedRuleSchema>;

/** The configuration of one flag in one environment as answers carry it. */
export const configurationSchema = flagConfigurationSchema
  .unwrap()
  .extend({
    flag: keySchema,
    environment: keySchema,
    rules: z.array(namedRuleSchema),
    revision: z.number().int(),
    updatedAt: timeSchema,
  })
  .meta({
    id: 'Configuration',
    examples: [
      {
        flag: 'google-pay',
        environment: 'production',
        enabled: true,
        offVariation: 'off',
        prerequisites: [],
        targets: [{ variation: 'on', keys: ['user-1', 'user-2'] }],
        rules: [
          {
            id: 'students-first',
            name: 'Students first',
            match: { combine: 'any', conditions: [{ audiences: ['students'] }] },
            serve: { variation: 'on' },
          },
        ],
        defaultServe: {
          rollout: {
            weights: [
              { variation: 'on', weight: 25_000 },
              { variation: 'off', weight: 75_000 },
            ],
          },
        },
        revision: 4,
        updatedAt: '2026-03-04T16:05:12.000Z',
      },
    ],
  });
export type Configuration = z.infer<typeof configurationSchema>;
