import * as z from 'zod';
import { keySchema } from '../names.ts';
import { rankSchema, roleSchema } from './permissions.ts';
import { passwordSchema, userSchema } from './session.ts';
import { nameSchema, readOnlySchema, timeSchema } from './text.ts';

const rolesSchema = z.record(keySchema, roleSchema);

/** A user as owners see them. */
export const installationUserSchema = userSchema
  .extend({
    isOwner: z.boolean(),
    roles: rolesSchema.describe(
      'What they are, by the keys of projects; an owner may do everything in every one.',
    ),
    revision: z.number().int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'InstallationUser' });
export type InstallationUser = z.infer<typeof installationUserSchema>;

/** Body of `PATCH /users/{id}`; `email` never changes. */
export const patchUserSchema = z
  .strictObject({
    name: nameSchema.optional(),
    isOwner: z.boolean().optional(),
    id: readOnlySchema,
    email: z.string().optional(),
    roles: readOnlySchema,
    revision: readOnlySchema,
    createdAt: readOnlySchema,
    updatedAt: readOnlySchema,
  })
  .meta({ id: 'PatchUser', examples: [{ isOwner: true }] });
export type PatchUser = z.infer<typeof patchUserSchema>;

/** Answer of `GET /account`: who asks, and what they may do. */
export const accountSchema = z
  .object({
    user: userSchema.nullable().describe('Null for FAUNA_ADMIN_TOKEN and the tokens that it has made.'),
    isOwner: z.boolean(),
    /** What they are in every project; null: only what `roles` says. */
    everywhere: rankSchema.nullable(),
    roles: rolesSchema,
  })
  .meta({ id: 'Account' });
export type Account = z.infer<typeof accountSchema>;

/** Body of `PUT /account/password`. */
export const changePasswordSchema = z
  .strictObject({ current: z.string().min(1).max(128), password: passwordSchema })
  .meta({
    id: 'ChangePassword',
    examples: [{ current: 'the password until now', password: 'a much better sentence' }],
  });
export type ChangePassword = z.infer<typeof changePasswordSchema>;

/** An open session as its user sees it. */
export const openSessionSchema = z
  .object({
    id: z.uuid(),
    isCurrent: z.boolean().describe('Whether it is the one that asks.'),
    address: z.string(),
    userAgent: z.string(),
    createdAt: timeSchema,
    lastUsedAt: timeSchema.describe('To the minute.'),
    expiresAt: timeSchema,
  })
  .meta({ id: 'OpenSession' });
export type OpenSession = z.infer<typeof openSessionSchema>;
