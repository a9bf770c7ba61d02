import * as z from 'zod';
import { keySchema } from '../names.ts';
import { matchSchema } from '../ruleset.ts';
import { matchInputSchema } from './match.ts';
import { descriptionSchema, nameSchema, readOnlySchema, timeSchema } from './text.ts';

/** Body of `POST /projects/{p}/audiences`. */
export const createAudienceSchema = z.strictObject({
  key: keySchema,
  name: nameSchema,
  description: descriptionSchema.optional(),
  match: matchInputSchema,
});
export type CreateAudience = z.infer<typeof createAudienceSchema>;

/** Body of `PATCH /projects/{p}/audiences/{a}`. */
export const patchAudienceSchema = z.strictObject({
  key: z.string().optional(),
  name: nameSchema.optional(),
  description: descriptionSchema.optional(),
  match: matchInputSchema.optional(),
  id: readOnlySchema,
  project: readOnlySchema,
  revision: readOnlySchema,
  createdAt: readOnlySchema,
  updatedAt: readOnlySchema,
});
export type PatchAudience = z.infer<typeof patchAudienceSchema>;

/** An audience as answers carry it. */
export const audienceSchema = z.object({
  id: z.uuid(),
  project: keySchema,
  key: keySchema,
  name: z.string(),
  description: z.string().nullable(),
  match: matchSchema,
  revision: z.number().int(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type Audience = z.infer<typeof audienceSchema>;
