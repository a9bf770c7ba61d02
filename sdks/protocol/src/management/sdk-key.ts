import * as z from 'zod';
import { sdkKeyKindSchema } from '../key-registry.ts';
import { keySchema } from '../names.ts';
import { momentSchema, nameSchema, timeSchema } from './text.ts';

/** The longest time that a rotated key may go on working: 90 days. */
export const graceSecondsMax = 90 * 24 * 60 * 60;

/** Body of `POST …/sdk-keys`; `origins` absent means every origin. */
export const createSdkKeySchema = z.strictObject({
  name: nameSchema,
  kind: sdkKeyKindSchema,
  origins: z.array(z.string().max(300)).max(100).optional(),
  expiresAt: momentSchema.nullable().optional(),
});
export type CreateSdkKey = z.infer<typeof createSdkKeySchema>;

/** Body of `POST …/sdk-keys/{id}/rotate`. */
export const rotateSdkKeySchema = z.strictObject({
  graceSeconds: z.number().int().min(0).max(graceSecondsMax),
});
export type RotateSdkKey = z.infer<typeof rotateSdkKeySchema>;

/**
 * An SDK key as answers carry it. `key` is there for client keys, which are public; a server key's text is in the one
 * answer that made it and nowhere else.
 */
export const sdkKeySchema = z.object({
  id: z.uuid(),
  environment: keySchema,
  name: z.string(),
  kind: sdkKeyKindSchema,
  key: z.string().optional(),
  prefix: z.string(),
  last4: z.string(),
  origins: z.array(z.string()),
  expiresAt: timeSchema.nullable(),
  /** `grace`: rotated, and working until `expiresAt`. */
  state: z.enum(['active', 'grace', 'expired', 'revoked']),
  /** The key that rotation put in this one's place. */
  replacedBy: z.uuid().nullable(),
  revision: z.number().int(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type SdkKey = z.infer<typeof sdkKeySchema>;
