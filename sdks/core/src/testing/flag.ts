import { weightTotal } from '../limits.ts';
import type { Condition, FlagKind, Json, Match, Rollout, Rule, RulesetFlag, Serve } from '../model.ts';

/**
 * Builds the flag of a ruleset, step by step; every step gives a new builder. It starts as a new flag does: boolean,
 * variations `on` and `off`, off, client-visible, serving the first variation by default and the last one when off.
 */
export interface FlagBuilder {
  readonly key: string;
  on(): FlagBuilder;
  off(): FlagBuilder;
  hidden(): FlagBuilder;
  salt(salt: string): FlagBuilder;
  /** Replaces the variations; the kind follows the first value unless it is named. */
  variations(values: Readonly<Record<string, Json>>, kind?: FlagKind): FlagBuilder;
  offVariation(variation: string): FlagBuilder;
  prerequisite(flag: string, variation?: string): FlagBuilder;
  target(variation: string, ...keys: string[]): FlagBuilder;
  /** Adds a rule; a single condition is wrapped in a match. Serves the first variation unless told otherwise. */
  rule(id: string, condition: Condition, serve?: string | Serve): FlagBuilder;
  /** The default serve: one variation. */
  serve(variation: string): FlagBuilder;
  /** The default serve: the first variation for so many percent, the last for the rest. */
  rollout(percent: number, by?: string): FlagBuilder;
  /** The default serve: these weights, which should sum to 100 000. */
  weights(weights: Readonly<Record<string, number>>, options?: Pick<Rollout, 'by' | 'seed'>): FlagBuilder;
  build(): RulesetFlag;
}

/**
 * A flag with this key; its salt is its key.
 *
 * @example flag('checkout').on().rollout(20, 'plan')
 */
export function flag(key: string): FlagBuilder {
  return builderOf(key, {
    kind: 'boolean',
    salt: key,
    clientVisible: true,
    variations: [
      { key: 'on', value: true },
      { key: 'off', value: false },
    ],
    enabled: false,
    offVariation: 'off',
    prerequisites: [],
    targets: [],
    rules: [],
    defaultServe: { variation: 'on' },
  });
}

/** Percent as a weight. */
function weightOf(percent: number): number {
  return Math.round((percent * weightTotal) / 100);
}

function builderOf(key: string, built: RulesetFlag): FlagBuilder {
  const change = (changes: Partial<RulesetFlag>) => builderOf(key, { ...built, ...changes });
  const first = built.variations[0]?.key ?? '';
  const last = built.variations.at(-1)?.key ?? '';
  return {
    key,
    on: () => change({ enabled: true }),
    off: () => change({ enabled: false }),
    hidden: () => change({ clientVisible: false }),
    salt: (salt) => change({ salt }),
    variations(values, kind) {
      const variations = Object.entries(values).map(([key, value]) => ({ key, value }));
      const keys = variations.map((variation) => variation.key);
      return change({
        variations,
        kind: kind ?? kindOf(variations[0]?.value ?? null),
        offVariation: keys.at(-1) ?? '',
        defaultServe: { variation: keys[0] ?? '' },
      });
    },
    offVariation: (offVariation) => change({ offVariation }),
    prerequisite: (flag, variation = 'on') =>
      change({ prerequisites: [...built.prerequisites, { flag, variation }] }),
    target: (variation, ...keys) => change({ targets: [...built.targets, { variation, keys }] }),
    rule(id, condition, serve = first) {
      const rule: Rule = {
        id,
        match: matchOf(condition),
        serve: typeof serve === 'string' ? { variation: serve } : serve,
      };
      return change({ rules: [...built.rules, rule] });
    },
    serve: (variation) => change({ defaultServe: { variation } }),
    rollout: (percent, by) => change({ defaultServe: split(first, last, percent, by) }),
    weights: (weights, options = {}) =>
      change({
        defaultServe: {
          rollout: {
            ...options,
            weights: Object.entries(weights).map(([variation, weight]) => ({ variation, weight })),
          },
        },
      }),
    build: () => built,
  };
}

/** A serve that gives `variation` to so many percent and `otherwise` to the rest. */
export function split(variation: string, otherwise: string, percent: number, by?: string): Serve {
  const weight = weightOf(percent);
  return {
    rollout: {
      ...(by === undefined ? {} : { by }),
      weights: [
        { variation, weight },
        { variation: otherwise, weight: weightTotal - weight },
      ],
    },
  };
}

function matchOf(condition: Condition): Match {
  return 'combine' in condition ? condition : { combine: 'all', conditions: [condition] };
}

function kindOf(value: Json): FlagKind {
  const type = typeof value;
  return type === 'boolean' || type === 'string' || type === 'number' ? type : 'json';
}
