import * as z from 'zod';
import { keySchema } from '../names.ts';
import { rankSchema } from './permissions.ts';
import { momentSchema, nameSchema, readOnlySchema, timeSchema } from './text.ts';

/** Body of `POST /tokens`. A token can never do more than whoever made it can do at the moment of each request. */
export const createTokenSchema = z
  .strictObject({
    name: nameSchema,
    role: rankSchema.optional().describe('`viewer` when absent: the least that is of use.'),
    project: keySchema
      .nullable()
      .optional()
      .describe(
        'The one project that it is good for; absent or null: every one that its maker is something in.',
      ),
    expiresAt: momentSchema.nullable().optional().describe('Absent or null: until it is deleted.'),
  })
  .meta({
    id: 'CreateToken',
    examples: [{ name: 'Deploy script', role: 'editor', project: 'shop', expiresAt: '2031-01-01' }],
  });
export type CreateToken = z.infer<typeof createTokenSchema>;

/** Body of `PATCH /tokens/{id}`; what a token may do, `role` and `project`, never changes. */
export const patchTokenSchema = z
  .strictObject({
    name: nameSchema.optional(),
    expiresAt: momentSchema.nullable().optional(),
    id: readOnlySchema,
    role: z.string().optional(),
    project: z.string().nullable().optional(),
    createdBy: readOnlySchema,
    prefix: readOnlySchema,
    last4: readOnlySchema,
    lastUsedAt: readOnlySchema,
    revision: readOnlySchema,
    createdAt: readOnlySchema,
    updatedAt: readOnlySchema,
  })
  .meta({ id: 'PatchToken', examples: [{ name: 'Deploy script of the shop', expiresAt: null }] });
export type PatchToken = z.infer<typeof patchTokenSchema>;

/** An API token as answers carry it. */
export const tokenSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    role: rankSchema,
    project: keySchema.nullable(),
    createdBy: z.string().describe('The e-mail address of its maker, or `admin-token`.'),
    prefix: z.string(),
    last4: z.string(),
    expiresAt: timeSchema.nullable(),
    lastUsedAt: timeSchema.nullable().describe('To the minute; null: never.'),
    revision: z.number().int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'Token' });
export type Token = z.infer<typeof tokenSchema>;

/** The answer to `POST /tokens`: the one place where its text is ever seen. */
export const createdTokenSchema = tokenSchema.extend({ token: z.string() }).meta({ id: 'CreatedToken' });
export type CreatedToken = z.infer<typeof createdTokenSchema>;
