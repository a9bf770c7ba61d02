import type { Json } from '@fauna-flags/core';
import type { Flag, NamedVariation } from '@fauna-flags/protocol';
import type { SelectItem } from '$lib/ui/select-item.ts';

/** As much of a flag as tells what it can serve. */
export type Servable = Pick<Flag, 'kind' | 'variations'>;

/** How much of a value a line shows. */
const valueLengthMax = 60;

/** What people call a variation: its name, else its key. A key that is gone is shown as it is. */
export function variationName({ variations }: Servable, key: string): string {
  return variations.find((variation) => variation.key === key)?.name ?? key;
}

/** A value as one short line of JSON. */
export function valueText(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > valueLengthMax ? `${text.slice(0, valueLengthMax - 1)}…` : text;
}

/** The variations to choose from, with their values. */
export function variationItems(flag: Servable): readonly SelectItem[] {
  return flag.variations.map(({ key, name, value }: NamedVariation) => {
    const text = valueText(value);
    const description = text === key ? undefined : text;
    return { value: key, label: name ?? key, description, colour: sliceColour(flag, key) };
  });
}

// Whole class names, because the style sheet is made of those that the sources spell out.
const slices = [
  'bg-slice-1',
  'bg-slice-2',
  'bg-slice-3',
  'bg-slice-4',
  'bg-slice-5',
  'bg-slice-6',
  'bg-slice-7',
];
const quiet = 'bg-slice-8';

/** The colour of a variation, the same wherever it is shown. What is simply false is quiet. */
export function sliceColour({ kind, variations }: Servable, key: string): string {
  const index = variations.findIndex((variation) => variation.key === key);
  if (index < 0 || (kind === 'boolean' && variations[index]?.value === false)) return quiet;
  return slices[index % slices.length] ?? quiet;
}
