import * as z from 'zod';
import { keySchema } from '../names.ts';
import { nameSchema, readOnlySchema, timeSchema } from './text.ts';

/** Body of `POST /projects/{p}/environments`. */
export const createEnvironmentSchema = z
  .strictObject({
    key: keySchema,
    name: nameSchema,
    confirmChanges: z.boolean().optional(),
  })
  .meta({ id: 'CreateEnvironment', examples: [{ key: 'qa', name: 'QA', confirmChanges: false }] });
export type CreateEnvironment = z.infer<typeof createEnvironmentSchema>;

/** Body of `PATCH /projects/{p}/environments/{e}`. */
export const patchEnvironmentSchema = z
  .strictObject({
    key: z.string().optional(),
    name: nameSchema.optional(),
    confirmChanges: z.boolean().optional(),
    signedContexts: z.boolean().optional(),
    unsignedAttributes: z.array(keySchema).max(100).nullable().optional(),
    id: readOnlySchema,
    project: readOnlySchema,
    version: readOnlySchema,
    revision: readOnlySchema,
    createdAt: readOnlySchema,
    updatedAt: readOnlySchema,
  })
  .meta({ id: 'PatchEnvironment', examples: [{ confirmChanges: true }] });
export type PatchEnvironment = z.infer<typeof patchEnvironmentSchema>;

/** An environment as answers carry it; `version` is that of its compiled ruleset. */
export const environmentSchema = z
  .object({
    id: z.uuid(),
    project: keySchema,
    key: keySchema,
    name: z.string(),
    confirmChanges: z.boolean(),
    signedContexts: z
      .boolean()
      .describe(
        "Whether client keys may be used only with contexts that an application's server has signed.",
      ),
    unsignedAttributes: z.array(z.string()).describe('The attributes that need no signature then.'),
    version: z.number().int(),
    revision: z.number().int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({
    id: 'Environment',
    examples: [
      {
        id: '5d0c6a3e-8f41-4b7a-9c58-2f6d1e0b7a03',
        project: 'shop',
        key: 'production',
        name: 'Production',
        confirmChanges: true,
        signedContexts: false,
        unsignedAttributes: [],
        version: 42,
        revision: 2,
        createdAt: '2026-03-02T09:30:00.000Z',
        updatedAt: '2026-03-04T16:05:12.000Z',
      },
    ],
  });
export type Environment = z.infer<typeof environmentSchema>;
