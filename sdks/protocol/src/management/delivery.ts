import { z } from 'zod';
import { positionTextSchema } from '../connect.ts';
import { heartbeatSchema } from '../heartbeat.ts';
import { timeSchema } from './text.ts';

/** How one bearer stands with one environment. */
export const bearerDeliverySchema = z
  .object({
    id: z.string(),
    version: z
      .number()
      .int()
      .nullable()
      .describe('The version that it serves; `null` while it serves none of this environment.'),
    position: positionTextSchema.nullable(),
    lag: z
      .number()
      .int()
      .min(0)
      .nullable()
      .describe(
        'How many versions it is behind; 0 when it is current, `null` when it serves none, or another history.',
      ),
    ageMs: z.number().int().min(0).describe('Since its last heartbeat, in milliseconds.'),
    staleMs: z
      .number()
      .int()
      .min(0)
      .nullable()
      .describe(
        'Since its source last confirmed that there is nothing newer, in milliseconds; `null` when it never has.',
      ),
    streams: z.number().int().min(0).describe('Open streams of all environments.'),
    source: heartbeatSchema.shape.source,
    runtime: heartbeatSchema.shape.runtime,
    rejected: positionTextSchema.nullable().describe('A position that it has got and cannot serve.'),
  })
  .meta({ id: 'BearerDelivery' });
export type BearerDelivery = z.infer<typeof bearerDeliverySchema>;

/** Something about a bearer that somebody should look at. */
export const deliveryAlarmSchema = z
  .object({
    kind: z
      .enum(['rejected', 'lagging'])
      .describe(
        '`rejected`: it has got a state that it cannot serve, and serves the one before. `lagging`: it has not come to a state that was committed 30 s ago.',
      ),
    bearer: z.string().describe('The id of the bearer.'),
    since: timeSchema.describe('When this manager has noticed it.'),
    detail: z.string(),
  })
  .meta({ id: 'DeliveryAlarm' });
export type DeliveryAlarm = z.infer<typeof deliveryAlarmSchema>;

/** Answer of `GET /projects/{p}/environments/{e}/delivery`: how far the newest version has come. */
export const deliverySchema = z
  .object({
    version: z.number().int().describe('The version in the database, and where it stands.'),
    position: positionTextSchema.nullable(),
    deliveredVersion: z
      .number()
      .int()
      .nullable()
      .describe('The version that is known to have reached the store; `null` before the first.'),
    bearers: z
      .array(bearerDeliverySchema)
      .describe('Every bearer that has reported within the last 15 s, in the order of their ids.'),
    alarms: z
      .array(deliveryAlarmSchema)
      .describe(
        'What is wrong with the delivery of this environment or of the key registry; none when all is well.',
      ),
  })
  .meta({
    id: 'Delivery',
    examples: [
      {
        version: 42,
        position: '1772443800-42-9f86d081',
        deliveredVersion: 42,
        bearers: [
          {
            id: 'frankfurt-1',
            version: 42,
            position: '1772443800-42-9f86d081',
            lag: 0,
            ageMs: 850,
            staleMs: 120,
            streams: 1204,
            source: 'store',
            runtime: 'node',
            rejected: null,
          },
        ],
        alarms: [],
      },
    ],
  });
export type Delivery = z.infer<typeof deliverySchema>;
