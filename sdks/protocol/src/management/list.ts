import * as z from 'zod';

/** How many items a page of a list holds unless asked, and at most. */
export const pageSizes = { default: 50, max: 200 } as const;

/** One page of a list: `nextCursor` is absent on the last one. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  const page = z.object({
    items: z.array(item),
    nextCursor: z
      .string()
      .optional()
      .describe('Where the next page begins: to be sent as `cursor`. Absent on the last page.'),
  });
  const name = item.meta()?.id;
  return name === undefined ? page : page.meta({ id: `${name}Page` });
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}
