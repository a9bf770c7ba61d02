import Archive from '@lucide/svelte/icons/archive';
import Flag from '@lucide/svelte/icons/flag';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import History from '@lucide/svelte/icons/history';
import KeyRound from '@lucide/svelte/icons/key-round';
import Layers from '@lucide/svelte/icons/layers';
import Power from '@lucide/svelte/icons/power';
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal';
import Tags from '@lucide/svelte/icons/tags';
import Trash2 from '@lucide/svelte/icons/trash-2';
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
  project: FolderOpen,
};

/** A sign for a deed, so that the eye finds the ones it looks for. */
export function entryIcon(action: string, kind: string): typeof History {
  if (action.endsWith('.delete') || action.endsWith('.revoke')) return Trash2;
  if (isIn(byAction, action)) return byAction[action];
  return isIn(byKind, kind) ? byKind[kind] : History;
}

function isIn<Table extends object>(table: Table, name: PropertyKey): name is keyof Table {
  return Object.hasOwn(table, name);
}
