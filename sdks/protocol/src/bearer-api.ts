import * as z from 'zod';

/*
 * What bearers read from a manager, or from one another, where there is no store or none that can be used: one stream of
 * server-sent events with every document, and a way to tell how they do. The token of bearers opens it, and nothing else.
 *
 *   GET  /api/bearer/v1/stream      `snapshot` for each document that the reader does not hold, then `positions`; again
 *                                   whenever something changes, and `positions` as a sign of life
 *   POST /api/bearer/v1/heartbeat   a heartbeat
 *   POST /api/bearer/v1/usage       `{records}`: what there is to tell of usage, see `usageRecordSchema`
 */

/** Where each of them is, from the origin of whoever serves it. */
export const bearerApiPaths = {
  stream: '/api/bearer/v1/stream',
  heartbeat: '/api/bearer/v1/heartbeat',
  usage: '/api/bearer/v1/usage',
} as const;

/** The names of the events on that stream. */
export type BearerApiEvent = 'snapshot' | 'positions' | 'goodbye';

/** `snapshot`: one document as it lies in the store. */
export const snapshotEventSchema = z.object({
  document: z.string(),
  epoch: z.number().int(),
  version: z.number().int(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  signature: z.string().optional(),
  /** The bytes in base64: only bytes have the hash of what was stored. */
  payload: z.string(),
});
export type SnapshotEvent = z.infer<typeof snapshotEventSchema>;

/** `positions`: where every document stands, as `epoch-version-hash`. */
export const positionsEventSchema = z.object({
  positions: z.record(z.string(), z.string()),
  /**
   * Since whoever serves was told by its own source that there is nothing newer, in milliseconds; `null` when it never was.
   * Absent where it is the source itself.
   */
  staleMs: z.number().int().min(0).nullable().optional(),
});

/** How many usage records one request carries. */
export const usageRecordsPerPost = 200;

/** Body of `POST /api/bearer/v1/usage`; records that do not parse are left out, since newer bearers may tell of more. */
export const usagePostSchema = z.object({ records: z.array(z.unknown()).max(usageRecordsPerPost) });
