import * as z from 'zod';
import { keySchema } from '../names.ts';
import { attributeTypeSchema } from '../ruleset.ts';
import { descriptionSchema, nameSchema, readOnlySchema, timeSchema } from './text.ts';

/** Body of `POST /projects/{p}/attributes`. */
export const createAttributeSchema = z.strictObject({
  key: keySchema,
  type: attributeTypeSchema,
  name: nameSchema.nullable().optional(),
  description: descriptionSchema.optional(),
});
export type CreateAttribute = z.infer<typeof createAttributeSchema>;

/** Body of `PATCH /projects/{p}/attributes/{a}`; `key` and `type` never change. */
export const patchAttributeSchema = z.strictObject({
  key: z.string().optional(),
  type: z.string().optional(),
  name: nameSchema.nullable().optional(),
  description: descriptionSchema.optional(),
  id: readOnlySchema,
  project: readOnlySchema,
  revision: readOnlySchema,
  createdAt: readOnlySchema,
  updatedAt: readOnlySchema,
});
export type PatchAttribute = z.infer<typeof patchAttributeSchema>;

/** A declared attribute as answers carry it. */
export const attributeSchema = z.object({
  id: z.uuid(),
  project: keySchema,
  key: keySchema,
  type: attributeTypeSchema,
  name: z.string().nullable(),
  description: z.string().nullable(),
  revision: z.number().int(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type Attribute = z.infer<typeof attributeSchema>;
