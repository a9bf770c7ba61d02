import { z } from 'zod';

/** Body of `POST …/evaluate`: every flag unless one is named. */
export const evaluateSchema = z.strictObject({
  context: z.custom<Record<string, unknown>>(isObject, 'must be an object').optional(),
  flag: z.string().min(1).max(200).optional(),
});
export type Evaluate = z.infer<typeof evaluateSchema>;

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
