import * as z from 'zod';
import { keySchema } from '../names.ts';
import { nameSchema, readOnlySchema, timeSchema } from './text.ts';

/** How events are written: as JSON that programs read, or as a message that Slack and its like show. */
export const webhookFormatSchema = z.enum(['json', 'slack']);
export type WebhookFormat = z.infer<typeof webhookFormatSchema>;

/** The longest time for which both secrets sign after a rotation: 7 days. */
export const webhookGraceSecondsMax = 7 * 24 * 60 * 60;

const eventPattern = /^(\*|[a-z][a-z-]{0,39}\.(\*|[a-z][a-z-]{0,39}))$/;

const eventsSchema = z
  .array(
    z
      .string()
      .regex(eventPattern, 'must be an action like "flag.update", all of a sort like "flag.*", or "*"'),
  )
  .min(1)
  .max(50)
  .describe('What it is told of: actions of the audit trail, all of a sort (`flag.*`), or all (`*`).')
  .meta({ examples: [['flag.*', 'configuration.*']] });

const environmentsSchema = z
  .array(keySchema)
  .min(1)
  .max(100)
  .nullable()
  .describe(
    'The environments that it is told of; null: all. What belongs to none of them in particular it is told of in any case.',
  )
  .meta({ examples: [['production']] });

/** Whether an event is among those that a filter names. */
export function isEventWanted(events: readonly string[], type: string): boolean {
  const [sort = ''] = type.split('.', 1);
  return events.some((wanted) => wanted === '*' || wanted === type || wanted === `${sort}.*`);
}

const urlSchema = z
  .string()
  .min(1)
  .max(2_000)
  .describe('Where events are sent to: https, without a user, into the public internet.')
  .meta({ examples: ['https://hooks.example.com/fauna'] });

/** Body of `POST …/webhooks`; absent are all events, all environments, the format `json`, and `enabled`. */
export const createWebhookSchema = z
  .strictObject({
    name: nameSchema,
    url: urlSchema,
    format: webhookFormatSchema.optional(),
    events: eventsSchema.optional(),
    environments: environmentsSchema.optional(),
    enabled: z.boolean().optional(),
  })
  .meta({
    id: 'CreateWebhook',
    examples: [
      { name: 'Deployments', url: 'https://hooks.example.com/fauna' },
      {
        name: 'Channel of the shop',
        url: 'https://hooks.slack.com/services/T000/B000/xxxx',
        format: 'slack',
        events: ['configuration.*'],
        environments: ['production'],
      },
    ],
  });
export type CreateWebhook = z.infer<typeof createWebhookSchema>;

/** Body of `PATCH …/webhooks/{id}`. */
export const patchWebhookSchema = z
  .strictObject({
    name: nameSchema.optional(),
    url: urlSchema.optional(),
    format: webhookFormatSchema.optional(),
    events: eventsSchema.optional(),
    environments: environmentsSchema.optional(),
    enabled: z.boolean().optional(),
    id: readOnlySchema,
    project: readOnlySchema,
    oldSecretUntil: readOnlySchema,
    state: readOnlySchema,
    failures: readOnlySchema,
    failingSince: readOnlySchema,
    pausedUntil: readOnlySchema,
    disabledReason: readOnlySchema,
    revision: readOnlySchema,
    createdAt: readOnlySchema,
    updatedAt: readOnlySchema,
  })
  .meta({ id: 'PatchWebhook', examples: [{ enabled: false }, { environments: null }] });
export type PatchWebhook = z.infer<typeof patchWebhookSchema>;

/** Body of `POST …/webhooks/{id}/rotate`. */
export const rotateWebhookSecretSchema = z
  .strictObject({
    graceSeconds: z
      .number()
      .int()
      .min(0)
      .max(webhookGraceSecondsMax)
      .describe('For how long the old secret signs beside the new one.'),
  })
  .meta({ id: 'RotateWebhookSecret', examples: [{ graceSeconds: 86_400 }] });
export type RotateWebhookSecret = z.infer<typeof rotateWebhookSecretSchema>;

/** A webhook as answers carry it. `secret` is in the answers that made it, and nowhere else. */
export const webhookSchema = z
  .object({
    id: z.uuid(),
    project: keySchema,
    name: z.string(),
    url: z.string(),
    format: webhookFormatSchema,
    events: z.array(z.string()),
    environments: z.array(keySchema).nullable(),
    enabled: z.boolean(),
    secret: z
      .string()
      .optional()
      .describe('What deliveries are signed with: in the answer that made it alone.'),
    oldSecretUntil: timeSchema.nullable().describe('Until when the secret before this one signs too.'),
    state: z
      .enum(['active', 'failing', 'paused', 'disabled'])
      .describe(
        '`failing`: the last try has failed; `paused`: so many in a row have that nothing is tried until `pausedUntil`.',
      ),
    failures: z.number().int().describe('Tries in a row that have failed.'),
    failingSince: timeSchema.nullable(),
    pausedUntil: timeSchema.nullable(),
    disabledReason: z.string().nullable().describe('Why Fauna has disabled it; null when it has not.'),
    revision: z.number().int(),
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({
    id: 'Webhook',
    examples: [
      {
        id: '5d0c6a3e-8f41-4b7a-9c58-2f6d1e0b7a05',
        project: 'shop',
        name: 'Deployments',
        url: 'https://hooks.example.com/fauna',
        format: 'json',
        events: ['*'],
        environments: null,
        enabled: true,
        oldSecretUntil: null,
        state: 'active',
        failures: 0,
        failingSince: null,
        pausedUntil: null,
        disabledReason: null,
        revision: 1,
        createdAt: '2026-03-02T09:30:00.000Z',
        updatedAt: '2026-03-02T09:30:00.000Z',
      },
    ],
  });
export type Webhook = z.infer<typeof webhookSchema>;

/** What can become of a delivery. */
export const deliveryStatuses = ['pending', 'delivered', 'failed'] as const;

/** One event on its way to one webhook, however often it was tried. */
export const webhookDeliverySchema = z
  .object({
    id: z.uuid().describe('As in `Fauna-Delivery`; the same at every try.'),
    event: z.string().describe('For instance `flag.update`, or `test`.'),
    seq: z
      .int()
      .nullable()
      .describe("The entry of the project's audit trail that it tells of; null for a test."),
    status: z.enum(deliveryStatuses),
    tries: z.number().int(),
    nextTryAt: timeSchema
      .nullable()
      .describe('When it is tried (again); null when it is not. A webhook that is paused waits longer.'),
    lastTryAt: timeSchema.nullable(),
    durationMs: z.number().int().nullable().describe('How long the last try took.'),
    httpStatus: z
      .number()
      .int()
      .nullable()
      .describe('What the last try was answered with; null when with nothing.'),
    reason: z.string().nullable().describe('Why the last try has failed, for people.'),
    createdAt: timeSchema,
  })
  .meta({
    id: 'WebhookDelivery',
    examples: [
      {
        id: '0f8fad5b-d9cb-469f-a165-70867728950e',
        event: 'configuration.toggle',
        seq: 42,
        status: 'pending',
        tries: 1,
        nextTryAt: '2026-03-02T09:31:04.000Z',
        lastTryAt: '2026-03-02T09:30:00.000Z',
        durationMs: 81,
        httpStatus: 503,
        reason: 'it was answered with 503',
        createdAt: '2026-03-02T09:30:00.000Z',
      },
    ],
  });
export type WebhookDelivery = z.infer<typeof webhookDeliverySchema>;

/** The body of a delivery in the format `json`. */
export const webhookEventSchema = z.object({
  /** The id of the audit entry, or of the delivery for a test. */
  id: z.string(),
  type: z.string(),
  at: timeSchema,
  /** Its place in the project's audit trail, without a gap; null for a test. */
  seq: z.int().nullable(),
  actor: z.string(),
  project: keySchema,
  environment: keySchema.nullable(),
  entity: z.object({ kind: z.string(), key: z.string() }),
  /** The resource before and after; both null where `isShortened`. */
  before: z.unknown(),
  after: z.unknown(),
  /** Whether `before` and `after` were too large to be sent. */
  isShortened: z.boolean(),
  /** Where the dashboard shows it; null where it does not, or nobody has said where the dashboard is. */
  url: z.string().nullable(),
});
export type WebhookEvent = z.infer<typeof webhookEventSchema>;
