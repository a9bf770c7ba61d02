import * as z from 'zod';
import { oneMember } from './one-member.ts';

/*
 * Conditions as a request brings them. Shapes are judged here and answer 400; whether an operator, an attribute or a
 * variation exists and suits is judged against the project and answers 422, so these schemas leave such words open.
 * Unknown members are refused, because a misspelt `negat` would otherwise turn a rule into its opposite.
 */

/** Bounds of the texts inside conditions. */
export const conditionTextLimits = { word: 200, value: 4_096 } as const;

const wordSchema = z.string().min(1).max(conditionTextLimits.word);

/** A condition on an attribute, as a request brings it. */
export const attributeConditionInputSchema = z.strictObject({
  attribute: wordSchema,
  operator: wordSchema,
  values: z.array(z.union([z.string().max(conditionTextLimits.value), z.number(), z.boolean()])),
  negate: z.boolean().optional(),
  ignoreCase: z.boolean().optional(),
});
export type AttributeConditionInput = z.infer<typeof attributeConditionInputSchema>;

/** A condition on audiences, as a request brings it. */
export const audienceConditionInputSchema = z.strictObject({
  audiences: z.array(wordSchema),
  negate: z.boolean().optional(),
});
export type AudienceConditionInput = z.infer<typeof audienceConditionInputSchema>;

/** Conditions joined by all/any, as a request brings them. */
export interface MatchInput {
  combine: 'all' | 'any';
  conditions: ConditionInput[];
}
/** One member of a match, as a request brings it. */
export type ConditionInput = AttributeConditionInput | AudienceConditionInput | MatchInput;

/** One member of a match; which one it is shows in its members. */
export const conditionInputSchema: z.ZodType<ConditionInput> = z
  .lazy(() =>
    z.union([attributeConditionInputSchema, audienceConditionInputSchema, matchInputSchema], {
      error: oneMember('attribute', 'audiences', 'conditions'),
    }),
  )
  .meta({ id: 'ConditionInput' });

/** Conditions joined by all/any; groups nest. */
export const matchInputSchema: z.ZodType<MatchInput> = z
  .lazy(() => z.strictObject({ combine: z.enum(['all', 'any']), conditions: z.array(conditionInputSchema) }))
  .meta({ id: 'MatchInput' });
