import type { Answer, Details } from '@fauna-flags/client';
import { useMemo, useSyncExternalStore } from 'react';
import { useStore } from './store-context.ts';
import { useKept } from './use-kept.ts';

/**
 * The value of a flag with its variation and reason. The component renders again when any of them changes; `position` is
 * where the values stood at that change, since it moves with every change of every other flag.
 */
export function useFlagDetails<T>(key: string, fallback: T): Details<Answer<T>> {
  const store = useStore('useFlagDetails');
  const kept = useKept(fallback);
  const [read, readInitial] = useMemo(
    () => [
      keepWhileSame(() => store.details(key, kept)),
      keepWhileSame(() => store.initialDetails(key, kept)),
    ],
    [store, key, kept],
  );
  return useSyncExternalStore(store.subscribe, read, readInitial);
}

/** React reads again and again, and takes another object for another answer. */
function keepWhileSame<T>(read: () => Details<T>): () => Details<T> {
  let last: Details<T> | undefined;
  return () => {
    const next = read();
    if (last === undefined || !isSame(last, next)) last = next;
    return last;
  };
}

function isSame<T>(a: Details<T>, b: Details<T>): boolean {
  return (
    Object.is(a.value, b.value) &&
    a.variation === b.variation &&
    a.reason === b.reason &&
    a.inRollout === b.inRollout &&
    a.errorCode === b.errorCode
  );
}
