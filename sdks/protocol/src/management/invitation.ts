import * as z from 'zod';
import { keySchema } from '../names.ts';
import { roleSchema } from './permissions.ts';
import { emailSchema, passwordSchema } from './session.ts';
import { momentSchema, nameSchema, readOnlySchema, timeSchema } from './text.ts';

/** How long an invitation is good unless it says otherwise, and at most: a week and ninety days. */
export const invitationLifetimes = { defaultMs: 7 * 86_400_000, maxMs: 90 * 86_400_000 } as const;

/** Body of `POST /projects/{p}/invitations`. */
export const createInvitationSchema = z
  .strictObject({
    role: roleSchema,
    email: emailSchema
      .nullable()
      .optional()
      .describe('Whom it is for; absent or null: whoever has the link.'),
    expiresAt: momentSchema.optional(),
  })
  .meta({ id: 'CreateInvitation', examples: [{ role: 'editor', email: 'grace@example.com' }] });
export type CreateInvitation = z.infer<typeof createInvitationSchema>;

/** Body of `PATCH /projects/{p}/invitations/{id}`; `email` never changes. */
export const patchInvitationSchema = z
  .strictObject({
    role: roleSchema.optional(),
    expiresAt: momentSchema.optional(),
    id: readOnlySchema,
    email: z.string().nullable().optional(),
    invitedBy: readOnlySchema,
    revision: readOnlySchema,
    createdAt: readOnlySchema,
    updatedAt: readOnlySchema,
  })
  .meta({ id: 'PatchInvitation', examples: [{ role: 'viewer' }] });
export type PatchInvitation = z.infer<typeof patchInvitationSchema>;

/** An invitation as answers carry it. It is gone once it is accepted. */
export const invitationSchema = z
  .object({
    id: z.uuid(),
    role: roleSchema,
    email: z.string().nullable(),
    invitedBy: z.string().describe('The e-mail address of who invites, or `admin-token`.'),
    expiresAt: timeSchema,
    revision: z.number().int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'Invitation' });
export type Invitation = z.infer<typeof invitationSchema>;

/** The answer to `POST /projects/{p}/invitations`: the one place where the link's token is ever seen. */
export const createdInvitationSchema = invitationSchema
  .extend({
    token: z.string(),
    link: z
      .string()
      .describe('Where to open it: a whole address when FAUNA_URL is set, else a path of the dashboard.'),
  })
  .meta({ id: 'CreatedInvitation' });
export type CreatedInvitation = z.infer<typeof createdInvitationSchema>;

const invitationTokenSchema = z.string().min(1).max(200);

/** Body of `POST /invitations/read` and `POST /invitations/join`. */
export const invitationTokenBodySchema = z
  .strictObject({ token: invitationTokenSchema })
  .meta({ id: 'InvitationToken', examples: [{ token: 'the-token-of-the-link' }] });
export type InvitationToken = z.infer<typeof invitationTokenBodySchema>;

/** What whoever has the link is told. */
export const offeredInvitationSchema = z
  .object({
    project: z.object({ key: keySchema, name: z.string() }),
    role: roleSchema,
    email: z.string().nullable(),
    invitedBy: z.string(),
    expiresAt: timeSchema,
  })
  .meta({ id: 'OfferedInvitation' });
export type OfferedInvitation = z.infer<typeof offeredInvitationSchema>;

/** Body of `POST /invitations/accept`, of who has no account yet. */
export const acceptInvitationSchema = z
  .strictObject({
    token: invitationTokenSchema,
    name: nameSchema,
    email: emailSchema.optional().describe('Absent where the invitation says whom it is for.'),
    password: passwordSchema,
  })
  .meta({
    id: 'AcceptInvitation',
    examples: [{ token: 'the-token-of-the-link', name: 'Grace Hopper', password: 'a compiler of one’s own' }],
  });
export type AcceptInvitation = z.infer<typeof acceptInvitationSchema>;
