import type { SelectItem } from './select-item.ts';

/** More would be slow to draw and are too many to read: typing narrows them down. */
const shownMax = 100;

/**
 * The items that a typed text finds, by label, value or description, in any case. Those whose label begins with it come
 * first; otherwise their order stays.
 */
export function filterItems<Value extends string>(
  items: readonly SelectItem<Value>[],
  typed: string,
): readonly SelectItem<Value>[] {
  const text = typed.trim().toLowerCase();
  if (text === '') return items.slice(0, shownMax);
  const found = items.filter((item) =>
    [item.label, item.value, item.description ?? ''].some((part) => part.toLowerCase().includes(text)),
  );
  const begins = (item: SelectItem) => item.label.toLowerCase().startsWith(text);
  return [...found.filter(begins), ...found.filter((item) => !begins(item))].slice(0, shownMax);
}
