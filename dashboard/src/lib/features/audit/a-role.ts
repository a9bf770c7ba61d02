import { ranks } from '@fauna-flags/protocol';
import { aRank } from '../access/who-may.ts';
import { textIn } from './read-json.ts';

/** The role that a member or an invitation was told to have, with its article. */
export function aRole(told: unknown): string {
  const role = ranks.find((rank) => rank === textIn(told, 'role'));
  return role === undefined ? 'a member' : aRank(role);
}
