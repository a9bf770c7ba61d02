import * as z from 'zod';

/** Answer of `GET /meta`: what the dashboard shows about the installation itself. */
export const metaSchema = z.object({
  version: z.string(),
  /** Whether a bearer runs in the manager's process, or bearers of their own read a store. */
  mode: z.enum(['all-in-one', 'separate']),
  /** Path of the example shop, where it is served. */
  example: z.string().nullable(),
  /** The address under which browsers reach this installation, without a path. */
  url: z.string(),
});
export type Meta = z.infer<typeof metaSchema>;
