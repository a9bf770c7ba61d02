import type {
  AttributeCondition,
  AttributeType,
  AudienceCondition,
  Condition,
  FlagConfiguration,
  FlagKind,
  Json,
  Match,
  Operator,
  Prerequisite,
  Rollout,
  Rule,
  Ruleset,
  RulesetAttribute,
  RulesetAudience,
  RulesetFlag,
  Serve,
  Target,
  Variation,
  Weight,
} from '@fauna-flags/core';
import * as z from 'zod';
import { keySchema } from './names.ts';

/*
 * The ruleset as it crosses wires. Each schema is written out by hand and proven equal to core's type at the end of the
 * file: whoever changes one without the other breaks the build.
 */

export const jsonSchema: z.ZodType<Json> = z.json();
export const attributeTypeSchema = z
  .enum(['string', 'number', 'boolean', 'semver', 'date', 'list'])
  .meta({ id: 'AttributeType' });
export const flagKindSchema = z.enum(['boolean', 'string', 'number', 'json']).meta({ id: 'FlagKind' });
export const operatorSchema = z.enum([
  'equals',
  'in',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'lt',
  'lte',
  'gt',
  'gte',
  'is',
  'before',
  'after',
  'containsAny',
  'containsAll',
  'exists',
]);

export const attributeConditionSchema = z
  .object({
    attribute: z.string(),
    operator: operatorSchema,
    values: z.array(z.union([z.string(), z.number(), z.boolean()])).readonly(),
    negate: z.boolean().optional(),
    ignoreCase: z.boolean().optional(),
  })
  .readonly()
  .meta({ id: 'AttributeCondition' });

export const audienceConditionSchema = z
  .object({ audiences: z.array(z.string()).readonly(), negate: z.boolean().optional() })
  .readonly()
  .meta({ id: 'AudienceCondition' });

export const conditionSchema: z.ZodType<Condition> = z
  .lazy(() => z.union([attributeConditionSchema, audienceConditionSchema, matchSchema]))
  .meta({ id: 'Condition' });

export const matchSchema: z.ZodType<Match> = z
  .lazy(() =>
    z.object({ combine: z.enum(['all', 'any']), conditions: z.array(conditionSchema).readonly() }).readonly(),
  )
  .meta({ id: 'Match' });

export const weightSchema = z
  .object({ variation: z.string(), weight: z.number().int().min(0).max(100_000) })
  .readonly();

export const rolloutSchema = z
  .object({
    by: z.string().optional(),
    seed: z.string().optional(),
    hash: z.literal('fauna').optional(),
    weights: z.array(weightSchema).readonly(),
  })
  .readonly();

export const serveSchema = z
  .union([z.object({ variation: z.string() }).readonly(), z.object({ rollout: rolloutSchema }).readonly()])
  .meta({ id: 'Serve', examples: [{ variation: 'on' }] });

export const ruleSchema = z.object({ id: z.string(), match: matchSchema, serve: serveSchema }).readonly();
export const variationSchema = z.object({ key: z.string(), value: jsonSchema }).readonly();
export const prerequisiteSchema = z.object({ flag: z.string(), variation: z.string() }).readonly();
export const targetSchema = z
  .object({ variation: z.string(), keys: z.array(z.string()).readonly() })
  .readonly();

const configurationShape = {
  enabled: z.boolean(),
  offVariation: z.string(),
  prerequisites: z.array(prerequisiteSchema).readonly(),
  targets: z.array(targetSchema).readonly(),
  rules: z.array(ruleSchema).readonly(),
  defaultServe: serveSchema,
};
export const flagConfigurationSchema = z.object(configurationShape).readonly();

export const rulesetFlagSchema = z
  .object({
    ...configurationShape,
    kind: flagKindSchema,
    salt: z.string(),
    clientVisible: z.boolean(),
    variations: z.array(variationSchema).readonly(),
  })
  .readonly();

export const rulesetAudienceSchema = z.object({ match: matchSchema }).readonly();
export const rulesetAttributeSchema = z.object({ type: attributeTypeSchema }).readonly();

/** The ruleset of one environment: what server keys get, and what lies in the store. */
export const rulesetSchema = z
  .object({
    schema: z.literal(1),
    environment: keySchema,
    version: z.number().int().min(0),
    flags: z.record(z.string(), rulesetFlagSchema).readonly(),
    audiences: z.record(z.string(), rulesetAudienceSchema).readonly(),
    attributes: z.record(z.string(), rulesetAttributeSchema).readonly(),
  })
  .readonly();

/** True only when both types are the same, optionality and `readonly` included. */
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Flattens intersections, so that `Equal` compares members and not how a type was put together; stops at what recurs. */
type Flat<T> = [Json] extends [T]
  ? T
  : T extends Match
    ? T
    : T extends object
      ? { [K in keyof T]: Flat<T[K]> }
      : T;
type Proof<T extends true> = T;

/** The proofs. Exported only so that the compiler must judge them. */
export type RulesetProofs = [
  Proof<Equal<z.infer<typeof attributeTypeSchema>, AttributeType>>,
  Proof<Equal<z.infer<typeof flagKindSchema>, FlagKind>>,
  Proof<Equal<z.infer<typeof operatorSchema>, Operator>>,
  Proof<Equal<Flat<z.infer<typeof attributeConditionSchema>>, Flat<AttributeCondition>>>,
  Proof<Equal<Flat<z.infer<typeof audienceConditionSchema>>, Flat<AudienceCondition>>>,
  Proof<Equal<z.infer<typeof matchSchema>, Match>>,
  Proof<Equal<Flat<z.infer<typeof weightSchema>>, Flat<Weight>>>,
  Proof<Equal<Flat<z.infer<typeof rolloutSchema>>, Flat<Rollout>>>,
  Proof<Equal<Flat<z.infer<typeof serveSchema>>, Flat<Serve>>>,
  Proof<Equal<Flat<z.infer<typeof ruleSchema>>, Flat<Rule>>>,
  Proof<Equal<Flat<z.infer<typeof prerequisiteSchema>>, Flat<Prerequisite>>>,
  Proof<Equal<Flat<z.infer<typeof targetSchema>>, Flat<Target>>>,
  Proof<Equal<Flat<z.infer<typeof variationSchema>>, Flat<Variation>>>,
  Proof<Equal<Flat<z.infer<typeof flagConfigurationSchema>>, Flat<FlagConfiguration>>>,
  Proof<Equal<Flat<z.infer<typeof rulesetFlagSchema>>, Flat<RulesetFlag>>>,
  Proof<Equal<Flat<z.infer<typeof rulesetAudienceSchema>>, Flat<RulesetAudience>>>,
  Proof<Equal<Flat<z.infer<typeof rulesetAttributeSchema>>, Flat<RulesetAttribute>>>,
  Proof<Equal<Flat<z.infer<typeof rulesetSchema>>, Flat<Ruleset>>>,
];
