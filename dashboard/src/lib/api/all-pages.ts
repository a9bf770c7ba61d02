import type { Page } from '@fauna-flags/protocol';
import { api, type RequestOptions } from './client.ts';

/** The largest page that the API gives. */
const limit = 200;
/** A list that is chosen from is never this long; a server that loops must not keep a tab busy. */
const pagesMax = 25;

/** A whole list, for what people choose from. Long lists are read page by page where they are shown. */
export async function allPages<Item>(
  path: string,
  signal?: RequestOptions['signal'],
  query: Readonly<Record<string, string | boolean>> = {},
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let count = 0; count < pagesMax; count += 1) {
    const page: Page<Item> = await api.get(path, { query: { ...query, limit, cursor }, signal });
    items.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === undefined) break;
  }
  return items;
}
