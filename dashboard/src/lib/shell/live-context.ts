import { createContext } from 'svelte';
import type { LiveFeed } from '$lib/api/index.ts';

/** The live feed of the pages below; set once by the shell. */
export const [getLiveFeed, setLiveFeed] = createContext<LiveFeed>();
