import { z } from 'zod';

/*
 * Texts that people write. Every one is bounded: what is stored is listed, searched, compared and delivered again.
 */

/** What people call a thing. */
export const nameSchema = z.string().min(1).max(200);

/** A longer text about a thing; `null` clears it. */
export const descriptionSchema = z.string().max(10_000).nullable();

/** A date and time with a zone, as answers carry it. */
export const timeSchema = z.iso.datetime({ offset: true });

/** A field that answers carry and requests may send back: it is ignored, so that a PUT of what GET gave is accepted. */
export const readOnlySchema = z.unknown().optional();
