/** Forms that settings of several concerns have. */
import { absentWhenEmpty } from '@fauna-flags/bearer/node';
import { z } from 'zod';

/** A text of characters that can be seen and that a header carries. */
export const visibleAscii = z.string().regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters');

/** Yes, no, or not said. */
export const yesOrNo = absentWhenEmpty(
  z
    .enum(['true', 'false'], 'must be "true" or "false"')
    .transform((text) => text === 'true')
    .optional(),
);
