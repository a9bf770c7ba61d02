import { useSyncExternalStore } from 'react';
import type { FaunaStatus } from './flag-store.ts';
import { useStore } from './store-context.ts';

/** Where the values come from: `{ state: 'live' | 'polling' | 'cached' | 'offline', position?, error? }`. */
export function useFaunaStatus(): FaunaStatus {
  const { subscribe, status, initialStatus } = useStore('useFaunaStatus');
  return useSyncExternalStore(subscribe, status, initialStatus);
}
