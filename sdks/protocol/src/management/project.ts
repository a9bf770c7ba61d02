import * as z from 'zod';
import { keySchema } from '../names.ts';
import { nameSchema, readOnlySchema, timeSchema } from './text.ts';

/** Body of `POST /projects`. */
export const createProjectSchema = z
  .strictObject({ key: keySchema, name: nameSchema })
  .meta({ id: 'CreateProject', examples: [{ key: 'shop', name: 'Shop' }] });
export type CreateProject = z.infer<typeof createProjectSchema>;

/** Body of `PATCH /projects/{p}`. */
export const patchProjectSchema = z
  .strictObject({
    key: z.string().optional(),
    name: nameSchema.optional(),
    id: readOnlySchema,
    revision: readOnlySchema,
    createdAt: readOnlySchema,
    updatedAt: readOnlySchema,
  })
  .meta({ id: 'PatchProject', examples: [{ name: 'Web shop' }] });
export type PatchProject = z.infer<typeof patchProjectSchema>;

/** A project as answers carry it. */
export const projectSchema = z
  .object({
    id: z.uuid(),
    key: keySchema,
    name: z.string(),
    revision: z.number().int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({
    id: 'Project',
    examples: [
      {
        id: '5d0c6a3e-8f41-4b7a-9c58-2f6d1e0b7a00',
        key: 'shop',
        name: 'Shop',
        revision: 1,
        createdAt: '2026-03-02T09:30:00.000Z',
        updatedAt: '2026-03-02T09:30:00.000Z',
      },
    ],
  });
export type Project = z.infer<typeof projectSchema>;
