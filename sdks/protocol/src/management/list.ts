import * as z from 'zod';

/** How many items a page of a list holds unless asked, and at most. */
export const pageSizes = { default: 50, max: 200 } as const;

/** One page of a list: `nextCursor` is absent on the last one. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().optional() });
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}
