import { z } from 'zod';
import { positionTextSchema } from '../connect.ts';
import { heartbeatSchema } from '../heartbeat.ts';

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
      },
    ],
  });
export type Delivery = z.infer<typeof deliverySchema>;
