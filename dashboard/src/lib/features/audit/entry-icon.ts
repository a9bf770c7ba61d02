import Archive from '@lucide/svelte/icons/archive';
import Contact from '@lucide/svelte/icons/contact';
import Flag from '@lucide/svelte/icons/flag';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import KeyRound from '@lucide/svelte/icons/key-round';
import Layers from '@lucide/svelte/icons/layers';
import Power from '@lucide/svelte/icons/power';
import RotateCcwClock from '@lucide/svelte/icons/rotate-ccw-clock';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import Tags from '@lucide/svelte/icons/tags';
import Trash from '@lucide/svelte/icons/trash';
import Users from '@lucide/svelte/icons/users';

const byAction = {
  'configuration.toggle': Power,
  'configuration.update': SlidersHorizontal,
  'flag.archive': Archive,
};

const byKind = {
  flag: Flag,
  audience: Users,
  attribute: Tags,
  environment: Layers,
  'sdk-key': KeyRound,
  member: Contact,
  invitation: Contact,
  project: FolderOpen,
};

/** A sign for a deed, so that the eye finds the ones it looks for. */
export function entryIcon(action: string, kind: string): typeof Flag {
  if (action.endsWith('.delete') || action.endsWith('.revoke')) return Trash;
  if (isIn(byAction, action)) return byAction[action];
  return isIn(byKind, kind) ? byKind[kind] : RotateCcwClock;
}

function isIn<Table extends object>(table: Table, name: PropertyKey): name is keyof Table {
  return Object.hasOwn(table, name);
}
