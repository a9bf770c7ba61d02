import * as z from 'zod';
import { keySchema } from '../names.ts';
import { timeSchema } from './text.ts';

/** How often one variation was served. */
export const variationUsageSchema = z
  .object({
    variation: z
      .string()
      .nullable()
      .describe("`null`: the caller's default, because there was nothing to serve."),
    count: z.int().min(0),
  })
  .meta({ id: 'VariationUsage' });
export type VariationUsage = z.infer<typeof variationUsageSchema>;

/** Answer of `GET /projects/{p}/flags/{f}/usage`: evaluations per variation per hour. */
export const usageReportSchema = z
  .object({
    environment: keySchema,
    from: timeSchema.describe('On a whole hour; belongs to it.'),
    to: timeSchema.describe('On a whole hour; does not belong to it.'),
    total: z.int().min(0),
    variations: z.array(variationUsageSchema).describe('In all hours together.'),
    hours: z
      .array(
        z.object({
          from: timeSchema.describe("The hour's beginning."),
          counts: z.array(variationUsageSchema),
        }),
      )
      .describe('Those in which the flag was evaluated, the oldest first; the others are left out.'),
  })
  .meta({
    id: 'UsageReport',
    examples: [
      {
        environment: 'production',
        from: '2026-03-01T10:00:00.000Z',
        to: '2026-03-02T10:00:00.000Z',
        total: 1204,
        variations: [
          { variation: 'off', count: 1004 },
          { variation: 'on', count: 200 },
        ],
        hours: [
          {
            from: '2026-03-02T09:00:00.000Z',
            counts: [
              { variation: 'off', count: 1004 },
              { variation: 'on', count: 200 },
            ],
          },
        ],
      },
    ],
  });
export type UsageReport = z.infer<typeof usageReportSchema>;
