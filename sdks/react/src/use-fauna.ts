import type { Client } from '@fauna-flags/client';
import { useStore } from './store-context.ts';

/** The client of the provider, the same one for its whole life: for `identify`, `ready`, `on` and what is not rendered. */
export function useFauna(): Client {
  return useStore('useFauna').client;
}
