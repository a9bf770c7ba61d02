import * as z from 'zod';

/**
 * Who gets a flag, in one word: `everyone` (only the default serve decides), `nobody` (the same, and it serves the off
 * variation), `audiences` (members of some audiences get one thing, all others another), `rules` (anything beyond).
 */
export const targetingSchema = z.enum(['everyone', 'nobody', 'audiences', 'rules']);
export type Targeting = z.infer<typeof targetingSchema>;
