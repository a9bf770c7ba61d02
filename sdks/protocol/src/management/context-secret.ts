import * as z from 'zod';
import { keySchema } from '../names.ts';
import { timeSchema } from './text.ts';

/** Body of `POST …/context-secrets`: there is nothing to choose. */
export const createContextSecretSchema = z.strictObject({});

/** What applications sign contexts with, as answers carry it. `secret` is in the one answer that made it. */
export const contextSecretSchema = z.object({
  /** Names the secret in what is signed with it. */
  kid: z.string(),
  environment: keySchema,
  /** 32 random bytes in base64url. */
  secret: z.string().optional(),
  revision: z.literal(1),
  createdAt: timeSchema,
});
export type ContextSecret = z.infer<typeof contextSecretSchema>;
