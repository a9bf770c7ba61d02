import type { Match, Prerequisite, Serve, Target } from '@fauna-flags/core';
import {
  audiencesOf,
  type Configuration,
  type MatchInput,
  type PutConfiguration,
  type RuleInput,
  type ServeInput,
  type TargetingParts,
  targetingOf,
} from '@fauna-flags/protocol';

/*
 * What the flag page edits. The three ways of saying who gets a flag are three views of one thing, and each keeps what was
 * typed into it: choosing "Everyone" and going back to "Rules" loses nothing. Only the chosen one is saved.
 */

/** How somebody says who gets the flag. */
export type TargetingMode = 'everyone' | 'audiences' | 'rules';

/** A rule while it is edited; `draftId` tells rows apart that have no id yet. */
export interface DraftRule {
  readonly draftId: string;
  readonly id?: string;
  readonly name: string;
  readonly match: MatchInput;
  readonly serve: ServeInput;
}

/** A configuration while it is edited. */
export interface ConfigurationDraft {
  readonly mode: TargetingMode;
  readonly offVariation: string;
  /** What everyone gets. */
  readonly everyone: ServeInput;
  readonly audiences: {
    readonly rule: Pick<DraftRule, 'draftId' | 'id' | 'name'>;
    readonly keys: readonly string[];
    readonly serve: ServeInput;
    /** The variation for all others. */
    readonly others: string;
  };
  readonly rules: {
    readonly prerequisites: readonly Prerequisite[];
    readonly targets: readonly Target[];
    readonly rules: readonly DraftRule[];
    readonly defaultServe: ServeInput;
  };
}

/** The draft that shows a configuration without losing anything of it. */
export function draftOf(
  configuration: Configuration,
  variations: readonly string[],
  newId: () => string,
): ConfigurationDraft {
  const { offVariation, defaultServe } = configuration;
  const targeting = targetingOf(configuration);
  const rules = configuration.rules.map(({ id, name, match, serve }) => ({
    draftId: newId(),
    id,
    name: name ?? '',
    match: copyOf<MatchInput>(match),
    serve: copyOf<ServeInput>(serve),
  }));
  const [first] = rules;
  const [asked] = configuration.rules;
  const audiences = asked === undefined ? undefined : audiencesOf(asked.match);
  const mode = targeting === 'nobody' ? 'everyone' : targeting;
  const given = variations.find((key) => key !== offVariation) ?? offVariation;
  const best: ServeInput = isFixed(defaultServe, offVariation)
    ? { variation: given }
    : copyOf<ServeInput>(defaultServe);
  return {
    mode,
    offVariation,
    everyone: mode === 'everyone' ? copyOf<ServeInput>(defaultServe) : best,
    audiences: {
      rule: audiences === undefined || first === undefined ? { draftId: newId(), name: '' } : first,
      keys: audiences ?? [],
      serve: audiences === undefined || first === undefined ? best : first.serve,
      others: mode === 'audiences' && 'variation' in defaultServe ? defaultServe.variation : offVariation,
    },
    rules: {
      prerequisites: configuration.prerequisites,
      targets: configuration.targets,
      rules,
      defaultServe: copyOf<ServeInput>(defaultServe),
    },
  };
}

/** What is saved of a draft: `enabled` is absent, because the switch acts on its own. */
export function putOf({
  mode,
  offVariation,
  everyone,
  audiences,
  rules,
}: ConfigurationDraft): PutConfiguration {
  switch (mode) {
    case 'everyone':
      return { offVariation, prerequisites: [], targets: [], rules: [], defaultServe: toServe(everyone) };
    case 'audiences':
      return {
        offVariation,
        prerequisites: [],
        targets: [],
        rules: [
          toRule({
            ...audiences.rule,
            match: { combine: 'all', conditions: [{ audiences: [...audiences.keys] }] },
            serve: audiences.serve,
          }),
        ],
        defaultServe: { variation: audiences.others },
      };
    case 'rules':
      return {
        offVariation,
        prerequisites: rules.prerequisites.map((prerequisite) => ({ ...prerequisite })),
        targets: rules.targets.map(({ variation, keys }) => ({ variation, keys: [...keys] })),
        rules: rules.rules.map(toRule),
        defaultServe: toServe(rules.defaultServe),
      };
  }
}

/**
 * Chooses another way of saying it. Rules can say everything, so they begin with what the simpler way said, unless they
 * hold more than that already.
 */
export function chooseMode(
  draft: ConfigurationDraft,
  mode: TargetingMode,
  newId: () => string,
): ConfigurationDraft {
  if (mode !== 'rules' || draft.mode === 'rules' || saysMore(draft)) return { ...draft, mode };
  const { rules, defaultServe } = putOf(draft);
  const carried = rules
    .filter(({ match }) =>
      match.conditions.some((condition) => 'audiences' in condition && condition.audiences.length > 0),
    )
    .map(({ id, name, ...rule }) => ({
      ...rule,
      draftId: newId(),
      name: name ?? '',
      ...(id === undefined ? {} : { id }),
    }));
  return { ...draft, mode, rules: { prerequisites: [], targets: [], rules: carried, defaultServe } };
}

/** Whether two bodies say the same. */
export function sameConfiguration(a: PutConfiguration, b: PutConfiguration): boolean {
  return canonical(targetingPart(a)) === canonical(targetingPart(b));
}

/** The body that would put a configuration as it is. */
export function putOfConfiguration(configuration: Configuration): PutConfiguration {
  const { offVariation, prerequisites, targets, rules, defaultServe } = configuration;
  return putOf({
    mode: 'rules',
    offVariation,
    everyone: copyOf<ServeInput>(defaultServe),
    audiences: {
      rule: { draftId: '', name: '' },
      keys: [],
      serve: copyOf<ServeInput>(defaultServe),
      others: offVariation,
    },
    rules: {
      prerequisites,
      targets,
      rules: rules.map((rule) => ({
        draftId: '',
        id: rule.id,
        name: rule.name ?? '',
        match: copyOf<MatchInput>(rule.match),
        serve: copyOf<ServeInput>(rule.serve),
      })),
      defaultServe: copyOf<ServeInput>(defaultServe),
    },
  });
}

function saysMore({ offVariation, rules }: ConfigurationDraft): boolean {
  const { prerequisites, targets, defaultServe } = rules;
  // Operators are words here and a closed set there; which word it is makes no difference to how much is said.
  const asked = rules.rules as unknown as TargetingParts['rules'];
  return targetingOf({ offVariation, prerequisites, targets, rules: asked, defaultServe }) === 'rules';
}

function toRule({ id, name, match, serve }: DraftRule): RuleInput {
  const words = name.trim();
  return {
    ...(id === undefined ? {} : { id }),
    ...(words === '' ? {} : { name: words }),
    match,
    serve: toServe(serve),
  };
}

/** Slices without weight say nothing and are left out. */
function toServe(serve: ServeInput): ServeInput {
  if ('variation' in serve) return { variation: serve.variation };
  const { by, weights, ...rest } = serve.rollout;
  const some = weights.filter(({ weight }) => weight > 0);
  return {
    rollout: {
      ...rest,
      ...(by === undefined || by === 'key' ? {} : { by }),
      weights: some.map(({ variation, weight }) => ({ variation, weight })),
    },
  };
}

/** Answers are JSON and never change; what is edited is a copy of the same JSON. */
function copyOf<Copy>(answer: Match | Serve): Copy {
  return JSON.parse(JSON.stringify(answer)) as Copy;
}

function isFixed(serve: Serve, variation: string): boolean {
  return 'variation' in serve && serve.variation === variation;
}

function targetingPart({
  offVariation,
  prerequisites,
  targets,
  rules,
  defaultServe,
}: PutConfiguration): unknown {
  return { offVariation, prerequisites, targets, rules, defaultServe };
}

/** Members in one order, and none that is absent or says what is so anyway. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(
          Object.entries(part)
            .filter(([, member]) => member !== undefined && member !== false)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : part,
  );
}
