import type { Rank } from '@fauna-flags/protocol';

/** Whoever changes something, as the audit trail tells of them. */
export interface Actor {
  /** An e-mail address, or `admin-token`. */
  readonly name: string;
  /** Where the request came from, as far as it can be believed; empty when the change came from no request. */
  readonly address: string;
  /** The name of the API token that was used, where it was one that somebody has made. */
  readonly token?: string | undefined;
}

/** A user, as far as requests carry them. */
export interface KnownUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** How far somebody's rights go. */
export interface Ranks {
  /** What they are in every project, and in the installation itself; absent: nothing. */
  readonly everywhere?: Rank;
  /** What they are in single projects, by their keys. */
  readonly inProjects: ReadonlyMap<string, Rank>;
}

/** By what somebody has come in. */
export type Credential =
  | { readonly kind: 'admin-token' }
  | { readonly kind: 'session'; readonly user: KnownUser }
  | { readonly kind: 'api-token'; readonly digest: string };

/** Whoever has come through the one way in, and how far their rights go. */
export interface Principal {
  /** Tells principals apart: requests that must not be done twice are remembered under it. */
  readonly id: string;
  readonly credential: Credential;
  readonly actor: Actor;
  /** The user behind it; the admin token has none. */
  readonly user?: KnownUser;
  readonly ranks: Ranks;
}

/** What the principal of `FAUNA_ADMIN_TOKEN` is called; no user can be, whose names are e-mail addresses. */
export const adminTokenName = 'admin-token';

/** The principal of `FAUNA_ADMIN_TOKEN`. */
export function adminPrincipal(address: string): Principal {
  return {
    id: 'admin-token',
    credential: { kind: 'admin-token' },
    actor: { name: adminTokenName, address },
    ranks: { everywhere: 'owner', inProjects: new Map() },
  };
}

/** What somebody is in a project; `undefined` where they are nothing. */
export function rankIn({ ranks }: Pick<Principal, 'ranks'>, project: string): Rank | undefined {
  return ranks.everywhere ?? ranks.inProjects.get(project);
}

/** Fauna itself, when it puts in what an installation begins with. */
export const firstBootActor: Actor = { name: 'first-boot', address: '' };
