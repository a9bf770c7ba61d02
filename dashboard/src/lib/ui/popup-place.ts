import { getContext, setContext } from 'svelte';

const place = Symbol('popup-place');

/** Says that what floats in this component floats above everything: a dialog covers the page and what is in it. */
export function popUpAboveAll(): void {
  setContext(place, 'body');
}

/** Where what floats is put: in the page's main part, so that it belongs to a landmark, unless a dialog is open. */
export function popupPlace(): string {
  return getContext<string | undefined>(place) ?? '#main';
}
