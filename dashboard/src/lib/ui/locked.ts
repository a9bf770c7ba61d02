import { createContext } from 'svelte';

const [getLocked, setLocked, isInForm] = createContext<() => boolean>();

export { setLocked };

/** Asks whether the form around is locked; for controls that are none of HTML's own, which a fieldset cannot disable. */
export function lockedAround(): () => boolean {
  return isInForm() ? getLocked() : () => false;
}
