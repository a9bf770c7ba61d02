import type { InstallationUser } from '@fauna-flags/protocol';

/** What is deleted together with a user, as a sentence. */
export function whatGoes({ roles }: Pick<InstallationUser, 'roles'>): string {
  const count = Object.keys(roles).length;
  const memberships =
    count === 0
      ? ''
      : count === 1
        ? ', their membership of one project'
        : `, their memberships of ${count} projects`;
  return `Their account, their sessions${memberships} and their API tokens go at once; scripts that use one are refused.`;
}
