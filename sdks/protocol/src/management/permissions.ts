import * as z from 'zod';

/** What somebody can be in a project, from the least to the most. */
export const roles = ['viewer', 'editor', 'admin'] as const;
/** What somebody is in a project. */
export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

/** A role, or `owner`: who owns the installation has every right in every project. */
export const ranks = [...roles, 'owner'] as const;
/** How far somebody's rights go. */
export const rankSchema = z.enum(ranks);
export type Rank = z.infer<typeof rankSchema>;

/**
 * Everything that rights are asked for, and the least that one must be for it: the one table, for the API that enforces it
 * and for whatever shows people what they may do. What is not in it may not be done.
 *
 * Viewers see, and try what a context would get. Editors change what is served. Admins decide who may, with which keys, and
 * where to. Owners decide which projects and which people there are.
 */
export const permissions = {
  'project.read': 'viewer',
  'project.write': 'admin',
  'project.create': 'owner',
  'project.delete': 'owner',
  'environment.read': 'viewer',
  'environment.write': 'admin',
  'attribute.read': 'viewer',
  'attribute.write': 'editor',
  'audience.read': 'viewer',
  'audience.write': 'editor',
  'flag.read': 'viewer',
  'flag.write': 'editor',
  'configuration.read': 'viewer',
  'configuration.write': 'editor',
  'sdk-key.read': 'viewer',
  'sdk-key.write': 'admin',
  'context-secret.read': 'viewer',
  'context-secret.write': 'admin',
  'evaluation.run': 'viewer',
  'usage.read': 'viewer',
  'delivery.read': 'viewer',
  'audit.read': 'viewer',
  'member.read': 'viewer',
  'member.write': 'admin',
  'webhook.read': 'admin',
  'webhook.write': 'admin',
  'user.read': 'owner',
  'user.write': 'owner',
} as const satisfies Readonly<Record<string, Rank>>;

/** One thing that rights are asked for. */
export type Permission = keyof typeof permissions;

/** Whether a rank is enough for it; nobody's rank is enough for nothing. */
export function mayDo(rank: Rank | undefined, permission: Permission): boolean {
  return rank !== undefined && ranks.indexOf(rank) >= ranks.indexOf(permissions[permission]);
}

/** The lesser of two ranks. */
export function lesserRank(a: Rank, b: Rank): Rank {
  return ranks.indexOf(a) < ranks.indexOf(b) ? a : b;
}
