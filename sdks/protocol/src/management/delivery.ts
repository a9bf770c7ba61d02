import { z } from 'zod';
import { positionTextSchema } from '../connect.ts';
import { heartbeatSchema } from '../heartbeat.ts';

/** How one bearer stands with one environment. */
export const bearerDeliverySchema = z.object({
  id: z.string(),
  /** The version that it serves; `null` while it serves none of this environment. */
  version: z.number().int().nullable(),
  position: positionTextSchema.nullable(),
  /** How many versions it is behind; 0 when it is current, `null` when it serves none, or another history. */
  lag: z.number().int().min(0).nullable(),
  /** Since its last heartbeat, in milliseconds. */
  ageMs: z.number().int().min(0),
  /** Since its source last confirmed that there is nothing newer, in milliseconds; `null` when it never has. */
  staleMs: z.number().int().min(0).nullable(),
  /** Open streams of all environments. */
  streams: z.number().int().min(0),
  source: heartbeatSchema.shape.source,
  runtime: heartbeatSchema.shape.runtime,
  /** A position that it has got and cannot serve. */
  rejected: positionTextSchema.nullable(),
});
export type BearerDelivery = z.infer<typeof bearerDeliverySchema>;

/** Answer of `GET /projects/{p}/environments/{e}/delivery`: how far the newest version has come. */
export const deliverySchema = z.object({
  /** The version in the database, and where it stands. */
  version: z.number().int(),
  position: positionTextSchema.nullable(),
  /** The version that is known to have reached the store; `null` before the first. */
  deliveredVersion: z.number().int().nullable(),
  /** Every bearer that has reported within the last 15 s, in the order of their ids. */
  bearers: z.array(bearerDeliverySchema),
});
export type Delivery = z.infer<typeof deliverySchema>;
