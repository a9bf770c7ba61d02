import { createContext, useContext } from 'react';
import type { FlagStore } from './flag-store.ts';

/** What the provider hands down; undefined outside of one. */
export const StoreContext = createContext<FlagStore | undefined>(undefined);

/** The store of the provider above. Throws where there is none: that is a mistake of the page and not of the network. */
export function useStore(hook: string): FlagStore {
  const store = useContext(StoreContext);
  if (store === undefined)
    throw new Error(
      `Cannot use ${hook}(): no <FaunaProvider> is above this component. Put one around your app`,
    );
  return store;
}
