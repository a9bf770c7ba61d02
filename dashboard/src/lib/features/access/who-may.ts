import { type Permission, permissions, type Rank } from '@fauna-flags/protocol';

const people: Readonly<Record<Rank, string>> = {
  viewer: 'members of the project',
  editor: 'editors and admins',
  admin: 'admins',
  owner: 'owners of this installation',
};

/** Those who may do something, as a sentence calls them. */
export function whoMay(permission: Permission): string {
  return people[permissions[permission]];
}

/** What somebody is, as a sentence calls it, with its article. */
export function aRank(rank: Rank | undefined): string {
  if (rank === undefined) return 'no member';
  return rank === 'viewer' ? 'a viewer' : `an ${rank}`;
}
