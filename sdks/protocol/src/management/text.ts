import * as z from 'zod';

/*
 * Texts that people write. Every one is bounded: what is stored is listed, searched, compared and delivered again.
 */

/** What people call a thing: kept as they wrote it, but there must be something to see. */
export const nameSchema = z
  .string()
  .min(1, { abort: true })
  .max(200)
  .regex(/\S/, 'must hold more than white space')
  .meta({ examples: ['Google Pay'] });

/** A longer text about a thing; `null` clears it. */
export const descriptionSchema = z
  .string()
  .max(10_000)
  .nullable()
  .meta({ examples: ['Who it is for, and until when'] });

/** A date and time with a zone, as answers carry it. */
export const timeSchema = z.iso.datetime({ offset: true }).meta({ examples: ['2026-03-02T09:30:00.000Z'] });

/** A moment as requests bring it: a date and time with a zone, or a date alone, which is its first moment in UTC. */
export const momentSchema = z
  .union(
    [timeSchema, z.iso.date()],
    'must be a date like 2030-01-31, or a time with a zone like 2030-01-31T12:00:00Z',
  )
  .refine(isStorableMoment, 'must lie in the years 1 to 9999');

/** A field that answers carry and requests may send back: it is ignored, so that a PUT of what GET gave is accepted. */
export const readOnlySchema = z
  .unknown()
  .optional()
  .meta({ readOnly: true, description: 'Ignored: answers carry it, and what was read may be sent back.' });

/** The years that a date is written with four digits in, in UTC: no database takes the year 0. */
function isStorableMoment(text: string): boolean {
  const year = new Date(text).getUTCFullYear();
  return year >= 1 && year <= 9_999;
}
