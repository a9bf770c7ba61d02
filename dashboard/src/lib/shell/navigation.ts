import BookOpenText from '@lucide/svelte/icons/book-open-text';
import Flag from '@lucide/svelte/icons/flag';
import KeyRound from '@lucide/svelte/icons/key-round';
import Layers from '@lucide/svelte/icons/layers';
import Tags from '@lucide/svelte/icons/tags';
import Users from '@lucide/svelte/icons/users';

/** The rooms of a project, in the order of the navigation; `main` ones have a place on a phone's bar. */
export const rooms = [
  { name: 'Flags', path: 'flags', Icon: Flag, main: true },
  { name: 'Audiences', path: 'audiences', Icon: Users, main: true },
  { name: 'Attributes', path: 'attributes', Icon: Tags, main: false },
  { name: 'SDK keys', path: 'sdk-keys', Icon: KeyRound, main: true },
  { name: 'Environments', path: 'environments', Icon: Layers, main: false },
  { name: 'Audit', path: 'audit', Icon: BookOpenText, main: true },
] as const;

/** The address of a room. */
export function roomHref(project: string, path: string): string {
  return `/projects/${encodeURIComponent(project)}/${path}`;
}

/** Whether a page lies in a room. */
export function isIn(pathname: string, href: string): boolean {
  return pathname === href || pathname.startsWith(`${href}/`);
}
