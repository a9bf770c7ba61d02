import * as z from 'zod';
import { sdkKeyKindSchema } from '../key-registry.ts';
import { keySchema } from '../names.ts';
import { momentSchema, nameSchema, timeSchema } from './text.ts';

/** The longest time that a rotated key may go on working: 90 days. */
export const graceSecondsMax = 90 * 24 * 60 * 60;

/** Body of `POST …/sdk-keys`; `origins` absent means every origin. */
export const createSdkKeySchema = z
  .strictObject({
    name: nameSchema,
    kind: sdkKeyKindSchema,
    origins: z.array(z.string().max(300)).max(100).optional(),
    expiresAt: momentSchema.nullable().optional(),
  })
  .meta({
    id: 'CreateSdkKey',
    examples: [
      { name: 'Web shop', kind: 'client', origins: ['https://shop.example.com'] },
      { name: 'Checkout service', kind: 'server', expiresAt: '2030-01-31' },
    ],
  });
export type CreateSdkKey = z.infer<typeof createSdkKeySchema>;

/** Body of `POST …/sdk-keys/{id}/rotate`. */
export const rotateSdkKeySchema = z
  .strictObject({
    graceSeconds: z.number().int().min(0).max(graceSecondsMax),
  })
  .meta({ id: 'RotateSdkKey', examples: [{ graceSeconds: 86_400 }] });
export type RotateSdkKey = z.infer<typeof rotateSdkKeySchema>;

/** How a key is used, as bearers tell; some minutes may pass until a use shows. */
export const sdkKeyUsesSchema = z.object({
  lastUsedAt: timeSchema.nullable().describe('To the minute; `null` while nobody has used it.'),
  requests: z.int().min(0).describe('Requests of all time; an open stream is one.'),
  browserUseAt: timeSchema
    .nullable()
    .describe(
      'When a page in a browser used it last. Of a server key this is an alarm: whoever opens the page can read every rule, so rotate the key.',
    ),
});
export type SdkKeyUses = z.infer<typeof sdkKeyUsesSchema>;

/**
 * An SDK key as answers carry it. `key` is there for client keys, which are public; a server key's text is in the one
 * answer that made it and nowhere else.
 */
export const sdkKeySchema = z
  .object({
    id: z.uuid(),
    environment: keySchema,
    name: z.string(),
    kind: sdkKeyKindSchema,
    key: z.string().optional(),
    prefix: z.string(),
    last4: z.string(),
    origins: z.array(z.string()),
    expiresAt: timeSchema.nullable(),
    state: z
      .enum(['active', 'grace', 'expired', 'revoked'])
      .describe('`grace`: rotated, and working until `expiresAt`.'),
    replacedBy: z.uuid().nullable().describe("The key that rotation put in this one's place."),
    // Where a key is read or listed.
    ...sdkKeyUsesSchema.partial().shape,
    revision: z.number().int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({
    id: 'SdkKey',
    examples: [
      {
        id: '5d0c6a3e-8f41-4b7a-9c58-2f6d1e0b7a05',
        environment: 'production',
        name: 'Checkout service',
        kind: 'server',
        prefix: 'fauna_srv_',
        last4: 'k3Zd',
        origins: [],
        expiresAt: null,
        state: 'active',
        replacedBy: null,
        revision: 1,
        createdAt: '2026-03-02T09:30:00.000Z',
        updatedAt: '2026-03-02T09:30:00.000Z',
      },
    ],
  });
export type SdkKey = z.infer<typeof sdkKeySchema>;
