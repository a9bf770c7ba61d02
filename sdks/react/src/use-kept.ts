import { useMemo } from 'react';
import { jsonText } from './json-text.ts';

/** The same object while its JSON is the same, so that a default written in place, `{ columns: 2 }`, is no new one each time. */
export function useKept<T>(value: T): T {
  const text = jsonText(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the value; that is the point.
  return useMemo(() => value, [text]);
}
