import { queryKeys } from './query-keys.ts';

/** What `GET /live` says of one change. */
export interface LiveChange {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly entity: { readonly kind: string; readonly key: string };
  readonly project: string | null;
  readonly environment: string | null;
}

/** Reads the data of a `change` event; `undefined` for what is none. */
export function readLiveChange(data: string): LiveChange | undefined {
  try {
    const change: unknown = JSON.parse(data);
    return isLiveChange(change) ? change : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Which kept answers a change makes stale, as prefixes of their keys. An unknown kind makes the whole project stale: a
 * newer server may know things that this page does not, and asking once more is always right.
 */
export function staleAfter({ entity, project }: LiveChange): readonly (readonly string[])[] {
  if (project === null) {
    switch (entity.kind) {
      case 'user':
        return [queryKeys.users(), queryKeys.account()];
      case 'token':
        return [queryKeys.tokens()];
      default:
        return [queryKeys.projects()];
    }
  }
  const rest = [queryKeys.audit(project), queryKeys.evaluations(project)];
  switch (entity.kind) {
    case 'project':
      return [queryKeys.projects(), ['project', project]];
    case 'environment':
      return [queryKeys.environments(project), queryKeys.flags(project), ...rest];
    case 'flag':
      return [queryKeys.flags(project), queryKeys.configurations(project), ...rest];
    case 'configuration':
      return [queryKeys.flags(project), queryKeys.configurations(project), ...rest];
    case 'audience':
      return [queryKeys.audiences(project), ...rest];
    case 'attribute':
      return [queryKeys.attributes(project), ...rest];
    case 'sdk-key':
      return [queryKeys.sdkKeys(project), queryKeys.audit(project)];
    case 'member':
      // It may be oneself, who sees another project from now on or has other rights.
      return [
        queryKeys.members(project),
        queryKeys.account(),
        queryKeys.projects(),
        queryKeys.users(),
        queryKeys.audit(project),
      ];
    case 'invitation':
      return [queryKeys.invitations(project), queryKeys.audit(project)];
    default:
      return [['project', project]];
  }
}

function isLiveChange(value: unknown): value is LiveChange {
  if (typeof value !== 'object' || value === null) return false;
  const { id, action, entity, project } = value as Partial<LiveChange>;
  return (
    typeof id === 'string' &&
    typeof action === 'string' &&
    (typeof project === 'string' || project === null) &&
    typeof entity === 'object' &&
    entity !== null &&
    typeof entity.kind === 'string' &&
    typeof entity.key === 'string'
  );
}
