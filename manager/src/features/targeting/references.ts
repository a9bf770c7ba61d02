import { attributesIn, audiencesIn, type FlagConfiguration, type Match, type Serve } from '@fauna-flags/core';
import type { UsedBy } from '@fauna-flags/protocol';
import type { ProjectModel } from './project-model.ts';

/*
 * Who refers to what. A negated use is a use like any other: deleting what it names would change what it says.
 */

/** The variations that a serve can give, those of weight 0 included. */
function variationsIn(serve: Serve): string[] {
  return 'variation' in serve ? [serve.variation] : serve.rollout.weights.map(({ variation }) => variation);
}

type Targeting = Pick<FlagConfiguration, 'offVariation' | 'targets' | 'rules' | 'defaultServe'>;

/** The flags and audiences that use an attribute, in a condition or to bucket by. */
export function usersOfAttribute(model: ProjectModel, attribute: string): UsedBy[] {
  return users(model, {
    match: (match) => attributesIn(match).includes(attribute),
    serve: (serve) => 'rollout' in serve && serve.rollout.by === attribute,
  });
}

/** The flags and audiences that use an audience. */
export function usersOfAudience(model: ProjectModel, audience: string): UsedBy[] {
  return users(model, { match: (match) => audiencesIn(match).includes(audience), serve: () => false });
}

/** The flags that have a flag as a prerequisite: any of them, or only those that are not archived. */
export function usersOfFlag(
  model: ProjectModel,
  flag: string,
  { archivedToo }: { archivedToo: boolean },
): UsedBy[] {
  return flagUsers(
    model.configurations.filter(
      ({ flag: user, configuration }) =>
        configuration.prerequisites.some((prerequisite) => prerequisite.flag === flag) &&
        (archivedToo || model.flags.get(user)?.archived !== true),
    ),
  );
}

/** The environments and flags that serve, or wait for, a variation of a flag. */
export function usersOfVariation(model: ProjectModel, flag: string, variation: string): UsedBy[] {
  const serving = model.configurations
    .filter((configured) => configured.flag === flag && isServed(configured.configuration, variation))
    .map(({ environment }) => ({ kind: 'environment', key: environment }));
  const waiting = model.configurations.filter(({ configuration }) =>
    configuration.prerequisites.some(
      (prerequisite) => prerequisite.flag === flag && prerequisite.variation === variation,
    ),
  );
  return [...serving, ...flagUsers(waiting)];
}

function isServed({ offVariation, targets, rules, defaultServe }: Targeting, variation: string): boolean {
  return (
    offVariation === variation ||
    variationsIn(defaultServe).includes(variation) ||
    targets.some((target) => target.variation === variation) ||
    rules.some(({ serve }) => variationsIn(serve).includes(variation))
  );
}

function users(
  model: ProjectModel,
  uses: { match: (match: Match) => boolean; serve: (serve: Serve) => boolean },
): UsedBy[] {
  const audiences = [...model.audiences]
    .filter(([, { match }]) => uses.match(match))
    .map(([key]) => ({ kind: 'audience', key }));
  const configured = model.configurations.filter(
    ({ configuration: { rules, defaultServe } }) =>
      uses.serve(defaultServe) || rules.some(({ match, serve }) => uses.match(match) || uses.serve(serve)),
  );
  return [...flagUsers(configured), ...audiences];
}

/** One entry a flag, with the environments in which it is one. */
function flagUsers(configured: readonly { readonly flag: string; readonly environment: string }[]): UsedBy[] {
  const environmentsByFlag = new Map<string, string[]>();
  for (const { flag, environment } of configured) {
    environmentsByFlag.set(flag, [...(environmentsByFlag.get(flag) ?? []), environment]);
  }
  return [...environmentsByFlag].sort().map(([key, environments]) => ({ kind: 'flag', key, environments }));
}
