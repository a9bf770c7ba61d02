import type { AttributeType, Condition, Ruleset, RulesetAudience } from '../model.ts';
import type { FlagBuilder } from './flag.ts';

/** What a ruleset holds besides its flags. */
export interface RulesetPart {
  readonly environment?: string;
  readonly version?: number;
  /** Attribute → type. `key` needs no declaration. */
  readonly attributes?: Readonly<Record<string, AttributeType>>;
  readonly audiences?: Readonly<Record<string, RulesetAudience>>;
}

/**
 * A ruleset of these flags and parts, in any order: environment `production`, version 1, unless a part says otherwise.
 *
 * @example ruleset(flag('checkout').on().rollout(20, 'plan'), { attributes: { plan: 'string' } })
 */
export function ruleset(...parts: (FlagBuilder | RulesetPart)[]): Ruleset {
  const builders = parts.filter((part) => 'build' in part);
  const others = parts.filter((part): part is RulesetPart => !('build' in part));
  // fromEntries defines every key as data, `__proto__` too, as JSON.parse does.
  return {
    schema: 1,
    environment: others.findLast(({ environment }) => environment !== undefined)?.environment ?? 'production',
    version: others.findLast(({ version }) => version !== undefined)?.version ?? 1,
    flags: Object.fromEntries(builders.map((builder) => [builder.key, builder.build()])),
    audiences: Object.fromEntries(others.flatMap(({ audiences }) => Object.entries(audiences ?? {}))),
    attributes: Object.fromEntries(
      others.flatMap(({ attributes }) =>
        Object.entries(attributes ?? {}).map(([name, type]) => [name, { type }]),
      ),
    ),
  };
}

/** An audience, to be named in a part: a single condition is wrapped in a match. */
export function audience(condition: Condition): RulesetAudience {
  return { match: 'combine' in condition ? condition : { combine: 'all', conditions: [condition] } };
}
