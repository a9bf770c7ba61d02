import * as z from 'zod';
import { keySchema } from '../names.ts';
import { timeSchema } from './text.ts';

/** Body of `POST …/context-secrets`: there is nothing to choose. */
export const createContextSecretSchema = z
  .strictObject({})
  .meta({ id: 'CreateContextSecret', examples: [{}] });

/** What applications sign contexts with, as answers carry it. `secret` is in the one answer that made it. */
export const contextSecretSchema = z
  .object({
    kid: z.string().describe('Names the secret in what is signed with it.'),
    environment: keySchema,
    secret: z.string().optional().describe('32 random bytes in base64url.'),
    revision: z.literal(1),
    createdAt: timeSchema,
  })
  .meta({ id: 'ContextSecret' });
export type ContextSecret = z.infer<typeof contextSecretSchema>;
