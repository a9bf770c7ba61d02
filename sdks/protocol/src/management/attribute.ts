import * as z from 'zod';
import { keySchema } from '../names.ts';
import { attributeTypeSchema } from '../ruleset.ts';
import { descriptionSchema, nameSchema, readOnlySchema, timeSchema } from './text.ts';

/** Body of `POST /projects/{p}/attributes`. */
export const createAttributeSchema = z
  .strictObject({
    key: keySchema,
    type: attributeTypeSchema,
    name: nameSchema.nullable().optional(),
    description: descriptionSchema.optional(),
  })
  .meta({
    id: 'CreateAttribute',
    examples: [{ key: 'state', type: 'string', name: 'State', description: 'Where the customer lives' }],
  });
export type CreateAttribute = z.infer<typeof createAttributeSchema>;

/** Body of `PATCH /projects/{p}/attributes/{a}`; `key` and `type` never change. */
export const patchAttributeSchema = z
  .strictObject({
    key: z.string().optional(),
    type: z.string().optional(),
    name: nameSchema.nullable().optional(),
    description: descriptionSchema.optional(),
    id: readOnlySchema,
    project: readOnlySchema,
    revision: readOnlySchema,
    createdAt: readOnlySchema,
    updatedAt: readOnlySchema,
  })
  .meta({ id: 'PatchAttribute', examples: [{ name: 'Home state' }] });
export type PatchAttribute = z.infer<typeof patchAttributeSchema>;

/** A declared attribute as answers carry it. */
export const attributeSchema = z
  .object({
    id: z.uuid(),
    project: keySchema,
    key: keySchema,
    type: attributeTypeSchema,
    name: z.string().nullable(),
    description: z.string().nullable(),
    revision: z.number().int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({
    id: 'Attribute',
    examples: [
      {
        id: '5d0c6a3e-8f41-4b7a-9c58-2f6d1e0b7a01',
        project: 'shop',
        key: 'state',
        type: 'string',
        name: 'State',
        description: 'Where the customer lives',
        revision: 1,
        createdAt: '2026-03-02T09:30:00.000Z',
        updatedAt: '2026-03-02T09:30:00.000Z',
      },
    ],
  });
export type Attribute = z.infer<typeof attributeSchema>;
