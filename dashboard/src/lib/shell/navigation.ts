import BookOpenText from '@lucide/svelte/icons/book-open-text';
import Contact from '@lucide/svelte/icons/contact';
import Flag from '@lucide/svelte/icons/flag';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import KeyRound from '@lucide/svelte/icons/key-round';
import Layers from '@lucide/svelte/icons/layers';
import Tags from '@lucide/svelte/icons/tags';
import UserCog from '@lucide/svelte/icons/user-cog';
import UserRound from '@lucide/svelte/icons/user-round';
import Users from '@lucide/svelte/icons/users';

/** The rooms of a project, in the order of the navigation; `main` ones have a place on a phone's bar. */
export const rooms = [
  { name: 'Flags', path: 'flags', Icon: Flag, main: true },
  { name: 'Audiences', path: 'audiences', Icon: Users, main: true },
  { name: 'Attributes', path: 'attributes', Icon: Tags, main: false },
  { name: 'SDK keys', path: 'sdk-keys', Icon: KeyRound, main: true },
  { name: 'Environments', path: 'environments', Icon: Layers, main: false },
  { name: 'Members', path: 'members', Icon: Contact, main: false },
  { name: 'Audit', path: 'audit', Icon: BookOpenText, main: true },
] as const;

/** What belongs to no project; shown to who may do what `needs` says. */
export const installationRooms = [
  { name: 'Projects', href: '/projects', Icon: FolderOpen, needs: undefined },
  { name: 'Users', href: '/users', Icon: UserCog, needs: 'user.read' },
  { name: 'Your account', href: '/account', Icon: UserRound, needs: undefined },
] as const;

/** The address of a room. */
export function roomHref(project: string, path: string): string {
  return `/projects/${encodeURIComponent(project)}/${path}`;
}

/** Whether a page lies in a room. */
export function isIn(pathname: string, href: string): boolean {
  return pathname === href || pathname.startsWith(`${href}/`);
}
