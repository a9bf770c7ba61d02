import * as z from 'zod';
import { usageBatchSchema } from './usage.ts';

/** What every record says: which one it is, and whose. */
const origin = {
  /** Names this record and no other, wherever it comes by: whoever writes it down does so once. */
  id: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/)
    .optional(),
  /** The UUID of the key's environment. */
  environmentId: z.string(),
  keyId: z.string(),
  /** When the bearer made it, in epoch milliseconds. */
  receivedAt: z.number().int(),
};

/** A usage batch that an SDK has sent, and whose it is. */
export const usageBatchRecordSchema = z.object({ ...origin, batch: usageBatchSchema });
export type UsageBatchRecord = z.infer<typeof usageBatchRecordSchema>;

/** How often a bearer was asked with a key since it last said so, at most a minute before; never by whom. */
export const keyUseRecordSchema = z.object({
  ...origin,
  use: z.object({
    requests: z.number().int().min(1),
    /** Those that came with an `Origin`: out of a page in a browser, where no server key belongs. */
    fromBrowsers: z.number().int().min(0),
  }),
});
export type KeyUseRecord = z.infer<typeof keyUseRecordSchema>;

/**
 * What bearers tell of usage, as they hand it on. In Redis each is one entry of the stream `storeKeys.usage`, with one
 * field `record` that holds this as JSON. Whoever reads leaves out what does not parse, and may meet a record twice.
 */
export const usageRecordSchema = z.union([usageBatchRecordSchema, keyUseRecordSchema]);
export type UsageRecord = z.infer<typeof usageRecordSchema>;

/** The name of the one field of an entry. */
export const usageRecordField = 'record';

/**
 * How many records wait in Redis to be taken; beyond it the oldest go. A batch has at most 64 KiB, so that counts never take
 * more than some 260 MB from what Redis is there for.
 */
export const usageRecordsMax = 4_000;
