import * as z from 'zod';
import { keySchema } from '../names.ts';
import { matchSchema } from '../ruleset.ts';
import { matchInputSchema } from './match.ts';
import { descriptionSchema, nameSchema, readOnlySchema, timeSchema } from './text.ts';

/** Body of `POST /projects/{p}/audiences`. */
export const createAudienceSchema = z
  .strictObject({
    key: keySchema,
    name: nameSchema,
    description: descriptionSchema.optional(),
    match: matchInputSchema,
  })
  .meta({
    id: 'CreateAudience',
    examples: [
      {
        key: 'west-coast-students',
        name: 'West coast students',
        match: {
          combine: 'all',
          conditions: [
            { attribute: 'state', operator: 'in', values: ['California', 'Oregon', 'Washington'] },
            { attribute: 'student', operator: 'is', values: [true] },
          ],
        },
      },
    ],
  });
export type CreateAudience = z.infer<typeof createAudienceSchema>;

/** Body of `PATCH /projects/{p}/audiences/{a}`. */
export const patchAudienceSchema = z
  .strictObject({
    key: z.string().optional(),
    name: nameSchema.optional(),
    description: descriptionSchema.optional(),
    match: matchInputSchema.optional(),
    id: readOnlySchema,
    project: readOnlySchema,
    revision: readOnlySchema,
    createdAt: readOnlySchema,
    updatedAt: readOnlySchema,
  })
  .meta({
    id: 'PatchAudience',
    examples: [
      {
        match: {
          combine: 'any',
          conditions: [
            { audiences: ['students'] },
            { attribute: 'plan', operator: 'equals', values: ['campus'] },
          ],
        },
      },
    ],
  });
export type PatchAudience = z.infer<typeof patchAudienceSchema>;

/** An audience as answers carry it. */
export const audienceSchema = z
  .object({
    id: z.uuid(),
    project: keySchema,
    key: keySchema,
    name: z.string(),
    description: z.string().nullable(),
    match: matchSchema,
    revision: z.number().int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({
    id: 'Audience',
    examples: [
      {
        id: '5d0c6a3e-8f41-4b7a-9c58-2f6d1e0b7a02',
        project: 'shop',
        key: 'students',
        name: 'Students',
        description: null,
        match: { combine: 'all', conditions: [{ attribute: 'student', operator: 'is', values: [true] }] },
        revision: 1,
        createdAt: '2026-03-02T09:30:00.000Z',
        updatedAt: '2026-03-02T09:30:00.000Z',
      },
    ],
  });
export type Audience = z.infer<typeof audienceSchema>;
