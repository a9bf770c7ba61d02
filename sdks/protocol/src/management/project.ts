import * as z from 'zod';
import { keySchema } from '../names.ts';
import { nameSchema, readOnlySchema, timeSchema } from './text.ts';

/** Body of `POST /projects`. */
export const createProjectSchema = z.strictObject({ key: keySchema, name: nameSchema });
export type CreateProject = z.infer<typeof createProjectSchema>;

/** Body of `PATCH /projects/{p}`. */
export const patchProjectSchema = z.strictObject({
  key: z.string().optional(),
  name: nameSchema.optional(),
  id: readOnlySchema,
  revision: readOnlySchema,
  createdAt: readOnlySchema,
  updatedAt: readOnlySchema,
});
export type PatchProject = z.infer<typeof patchProjectSchema>;

/** A project as answers carry it. */
export const projectSchema = z.object({
  id: z.uuid(),
  key: keySchema,
  name: z.string(),
  revision: z.number().int(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type Project = z.infer<typeof projectSchema>;
