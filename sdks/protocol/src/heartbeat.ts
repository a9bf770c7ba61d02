import * as z from 'zod';

/** A bearer's name among all bearers: safe in a key of the store, in a label and in a log. */
export const bearerIdPattern = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

/** `epoch-version-hash` with the whole hash. */
const storedPositionText = z.string().regex(/^\d{1,15}-\d{1,15}-[0-9a-f]{64}$/);

/** What is kept of the reason of a rejection, in characters. */
export const rejectedReasonLength = 300;

/** Where a bearer stands with one document. */
export const heartbeatDocumentSchema = z.object({
  /** What it serves; `null` before the first. Managers compare it with the database: a bearer ahead of it tells of lost commits. */
  position: storedPositionText.nullable(),
  /** What it has got and cannot serve. */
  rejected: storedPositionText.optional(),
  /** Why it cannot. */
  rejectedReason: z.string().max(rejectedReasonLength).optional(),
  /** Since its source last confirmed that there is nothing newer, in milliseconds; `null` when it never has. */
  staleMs: z.number().int().min(0).nullable(),
});

export type HeartbeatDocument = z.infer<typeof heartbeatDocumentSchema>;

/**
 * What a bearer tells every three seconds: into the store, or to a manager where there is none. A bearer that others read
 * from hands theirs on as they came.
 */
export const heartbeatSchema = z.object({
  schema: z.literal(1),
  id: z.string().regex(bearerIdPattern),
  /** Epoch milliseconds of the bearer's own clock; for people, never compared with anybody else's. */
  at: z.number().int(),
  runtime: z.enum(['node', 'deno', 'workerd']),
  /** Open streams. */
  streams: z.number().int().min(0),
  /** What it reads from at this moment. */
  source: z.enum(['store', 'fallback', 'none']),
  /** By document id: an environment's UUID, or `keys`. */
  documents: z.record(z.string().max(64), heartbeatDocumentSchema),
});
export type Heartbeat = z.infer<typeof heartbeatSchema>;

/** Between two heartbeats of a bearer. */
export const heartbeatMs = 3_000;
/** A bearer that has been silent for longer is gone: four lost heartbeats and some slack. */
export const heartbeatLifeMs = 15_000;

/** A heartbeat and how long ago it came, told by whoever received it: the clocks of bearers are nobody's measure. */
export interface ReceivedHeartbeat {
  readonly heartbeat: Heartbeat;
  /** Milliseconds. */
  readonly ageMs: number;
}
