import * as z from 'zod';

/** Answer of `GET /meta`: what the dashboard shows about the installation itself. */
export const metaSchema = z
  .object({
    version: z.string(),
    mode: z
      .enum(['all-in-one', 'separate'])
      .describe("Whether a bearer runs in the manager's process, or bearers of their own read a store."),
    example: z.string().nullable().describe('Path of the example shop, where it is served.'),
    url: z.string().describe('The address under which browsers reach this installation, without a path.'),
  })
  .meta({
    id: 'Meta',
    examples: [{ version: '0.1.0', mode: 'all-in-one', example: null, url: 'https://flags.example.com' }],
  });
export type Meta = z.infer<typeof metaSchema>;
