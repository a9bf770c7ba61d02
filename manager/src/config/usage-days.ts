import { absentWhenEmpty } from '@fauna-flags/bearer/node';
import { z } from 'zod';

/** A year, and a month to compare it with the one before. */
const usageDaysKept = 400;

/** The variable that says how long counts of evaluations are kept, in days. */
export const usageSettings = z.object({
  FAUNA_USAGE_DAYS: absentWhenEmpty(
    z
      .string()
      .regex(/^[1-9]\d{0,3}$/, 'must be a number of days from 1 to 9999')
      .default(String(usageDaysKept))
      .transform(Number),
  ),
});
