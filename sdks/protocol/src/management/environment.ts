import * as z from 'zod';
import { keySchema } from '../names.ts';
import { nameSchema, readOnlySchema, timeSchema } from './text.ts';

/** Body of `POST /projects/{p}/environments`. */
export const createEnvironmentSchema = z.strictObject({
  key: keySchema,
  name: nameSchema,
  confirmChanges: z.boolean().optional(),
});
export type CreateEnvironment = z.infer<typeof createEnvironmentSchema>;

/** Body of `PATCH /projects/{p}/environments/{e}`. */
export const patchEnvironmentSchema = z.strictObject({
  key: z.string().optional(),
  name: nameSchema.optional(),
  confirmChanges: z.boolean().optional(),
  signedContexts: z.boolean().optional(),
  unsignedAttributes: z.array(keySchema).max(100).optional(),
  id: readOnlySchema,
  project: readOnlySchema,
  version: readOnlySchema,
  revision: readOnlySchema,
  createdAt: readOnlySchema,
  updatedAt: readOnlySchema,
});
export type PatchEnvironment = z.infer<typeof patchEnvironmentSchema>;

/** An environment as answers carry it; `version` is that of its compiled ruleset. */
export const environmentSchema = z.object({
  id: z.uuid(),
  project: keySchema,
  key: keySchema,
  name: z.string(),
  confirmChanges: z.boolean(),
  /** Whether client keys may be used only with contexts that an application's server has signed. */
  signedContexts: z.boolean(),
  /** The attributes that need no signature then. */
  unsignedAttributes: z.array(z.string()),
  version: z.number().int(),
  revision: z.number().int(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type Environment = z.infer<typeof environmentSchema>;
