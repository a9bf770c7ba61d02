import * as z from 'zod';
import { usageBatchSchema } from './usage.ts';

/**
 * A usage batch and whose it is, as bearers hand it on. In Redis each is one entry of the stream `storeKeys.usage`, with one
 * field `record` that holds this as JSON. Whoever reads leaves out what does not parse, and may meet a batch twice.
 */
export const usageRecordSchema = z.object({
  /** The UUID of the key's environment. */
  environmentId: z.string(),
  keyId: z.string(),
  /** When the bearer got it, in epoch milliseconds. */
  receivedAt: z.number().int(),
  batch: usageBatchSchema,
});
export type UsageRecord = z.infer<typeof usageRecordSchema>;

/** The name of the one field of an entry. */
export const usageRecordField = 'record';

/**
 * How many batches wait in Redis to be taken; beyond it the oldest go. A batch has at most 64 KiB, so that counts never take
 * more than some 260 MB from what Redis is there for.
 */
export const usageRecordsMax = 4_000;
