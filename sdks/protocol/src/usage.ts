import * as z from 'zod';

/** Bounds of one usage batch: an SDK with more to tell sends several. */
export const usageLimits = { countsPerBatch: 1_000, nameLength: 128, countMax: 1_000_000_000 } as const;

const name = z.string().min(1).max(usageLimits.nameLength);

/**
 * The body of `POST /usage`: how often each variation was served in a window of time. Never a context, and unknown
 * members are refused, so that none slips through.
 */
export const usageBatchSchema = z.strictObject({
  sdk: z.strictObject({ name, version: name }),
  /** Epoch milliseconds. */
  window: z
    .strictObject({ from: z.number().int().min(0), to: z.number().int().min(0) })
    .refine(({ from, to }) => from <= to, 'must not end before it begins'),
  counts: z
    .array(
      z.strictObject({
        flag: name,
        /** Absent when the caller's default was served. */
        variation: name.optional(),
        count: z.number().int().min(1).max(usageLimits.countMax),
      }),
    )
    .max(usageLimits.countsPerBatch),
});
export type UsageBatch = z.infer<typeof usageBatchSchema>;
