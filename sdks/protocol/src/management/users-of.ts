import * as z from 'zod';
import { usedBySchema } from '../problem.ts';

/** Answer of `GET …/attributes/{a}/usage` and `GET …/audiences/{a}/usage`: what would keep it from being deleted. */
export const usersOfSchema = z.object({ usedBy: z.array(usedBySchema) }).meta({
  id: 'UsersOf',
  examples: [{ usedBy: [{ kind: 'flag', key: 'checkout', environments: ['production'] }] }],
});
export type UsersOf = z.infer<typeof usersOfSchema>;
