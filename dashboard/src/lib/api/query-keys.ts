/**
 * The names under which answers are kept. Each begins with the collection that it belongs to, so that a change of one
 * thing makes everything that shows it stale with one prefix: `queryKeys.flags('shop')` covers every list of flags and
 * every single one.
 */
export const queryKeys = {
  session: () => ['session'] as const,
  account: () => ['account'] as const,
  owner: () => ['owner'] as const,
  signInWays: () => ['sign-in'] as const,
  twoFactor: () => ['two-factor'] as const,
  meta: () => ['meta'] as const,
  projects: () => ['projects'] as const,
  users: () => ['users'] as const,
  tokens: () => ['tokens'] as const,
  environments: (project: string) => ['project', project, 'environments'] as const,
  flags: (project: string) => ['project', project, 'flags'] as const,
  flag: (project: string, flag: string) => ['project', project, 'flags', 'one', flag] as const,
  configurations: (project: string) => ['project', project, 'configurations'] as const,
  configuration: (project: string, flag: string, environment: string) =>
    ['project', project, 'configurations', flag, environment] as const,
  audiences: (project: string) => ['project', project, 'audiences'] as const,
  audience: (project: string, audience: string) =>
    ['project', project, 'audiences', 'one', audience] as const,
  attributes: (project: string) => ['project', project, 'attributes'] as const,
  sdkKeys: (project: string) => ['project', project, 'sdk-keys'] as const,
  members: (project: string) => ['project', project, 'members'] as const,
  invitations: (project: string) => ['project', project, 'invitations'] as const,
  audit: (project: string) => ['project', project, 'audit'] as const,
  /** What contexts get; stale after every change of the project. */
  evaluations: (project: string) => ['project', project, 'evaluations'] as const,
};
