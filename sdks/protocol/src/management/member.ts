import * as z from 'zod';
import { roleSchema } from './permissions.ts';
import { emailSchema, userSchema } from './session.ts';
import { readOnlySchema, timeSchema } from './text.ts';

/** Body of `POST /projects/{p}/members`: who has an account already, by its e-mail address. */
export const createMemberSchema = z
  .strictObject({ email: emailSchema, role: roleSchema })
  .meta({ id: 'CreateMember', examples: [{ email: 'grace@example.com', role: 'editor' }] });
export type CreateMember = z.infer<typeof createMemberSchema>;

/** Body of `PATCH /projects/{p}/members/{id}`. */
export const patchMemberSchema = z
  .strictObject({
    role: roleSchema.optional(),
    id: readOnlySchema,
    user: readOnlySchema,
    revision: readOnlySchema,
    createdAt: readOnlySchema,
    updatedAt: readOnlySchema,
  })
  .meta({ id: 'PatchMember', examples: [{ role: 'admin' }] });
export type PatchMember = z.infer<typeof patchMemberSchema>;

/** Somebody who is something in a project. Owners of the installation are not listed: they may do everything everywhere. */
export const memberSchema = z
  .object({
    id: z.uuid().describe('The id of the user.'),
    user: userSchema,
    role: roleSchema,
    revision: z.number().int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'Member' });
export type Member = z.infer<typeof memberSchema>;
