import { lesserRank, type Rank, type Role, ranks, roles } from '@fauna-flags/protocol';

const words: Readonly<Record<Rank, { readonly label: string; readonly description: string }>> = {
  viewer: { label: 'Viewer', description: 'Sees everything and changes nothing' },
  editor: { label: 'Editor', description: 'Changes flags, audiences and attributes' },
  admin: { label: 'Admin', description: 'Also environments, SDK keys and members' },
  owner: { label: 'Owner', description: 'Everything in every project, and all users' },
};

/** What somebody is, as a label says it. */
export function rankName(rank: Rank): string {
  return words[rank].label;
}

/** What it means to be it, in a few words. */
export function rankMeaning(rank: Rank): string {
  return words[rank].description;
}

/** What somebody can be made in a project. */
export const roleChoices: readonly {
  readonly value: Role;
  readonly label: string;
  readonly description: string;
}[] = roles.map((value) => ({ value, ...words[value] }));

/**
 * What a token can be given by whoever has this rank: in one project at most what they are there, and never an owner, who
 * is one of the installation. In every project it can be anything below an owner, since it is never more than its maker.
 */
export function tokenRanks(own: Rank | undefined, project: string | undefined): readonly Rank[] {
  if (project === undefined) return own === 'owner' ? ranks : roles;
  return own === undefined ? [] : roles.filter((role) => lesserRank(own, role) === role);
}
