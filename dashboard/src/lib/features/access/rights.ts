import type { Permission, Rank } from '@fauna-flags/protocol';
import { createContext } from 'svelte';

/** What whoever is signed in may do in the project that is shown. The API decides; this keeps people from asking in vain. */
export interface Rights {
  readonly rank: Rank | undefined;
  mayDo(permission: Permission): boolean;
}

/** The rights of the pages below; set once by the layout of all pages that need a session. */
export const [getRights, setRights] = createContext<Rights>();
