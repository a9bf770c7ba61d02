import type { Answer } from '@fauna-flags/client';
import { useSyncExternalStore } from 'react';
import { useStore } from './store-context.ts';
import { useKept } from './use-kept.ts';

/**
 * The value of a flag; the default while there is none or when it has another type. The default's type is the answer's.
 *
 * The component renders again when the value changes, and for no other reason. An object stays the same object while its
 * content does. On the server and while hydrating it is what the provider was given as `initial`, or the default.
 *
 *     const showsGooglePay = useFlag('google-pay', false);
 */
export function useFlag<T>(key: string, fallback: T): Answer<T> {
  const store = useStore('useFlag');
  const kept = useKept(fallback);
  return useSyncExternalStore(
    store.subscribe,
    () => store.details(key, kept).value,
    () => store.initialDetails(key, kept).value,
  );
}
