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
  let built: Ruleset = {
    schema: 1,
    environment: 'production',
    version: 1,
    flags: {},
    audiences: {},
    attributes: {},
  };
  for (const part of parts) built = 'build' in part ? withFlag(built, part) : withPart(built, part);
  return built;
}

/** An audience, to be named in a part: a single condition is wrapped in a match. */
export function audience(condition: Condition): RulesetAudience {
  return { match: 'combine' in condition ? condition : { combine: 'all', conditions: [condition] } };
}

function withFlag(built: Ruleset, builder: FlagBuilder): Ruleset {
  // fromEntries defines what it is given, whereas a spread literal with a computed `__proto__` key may not be read so.
  const flags = Object.fromEntries([...Object.entries(built.flags), [builder.key, builder.build()]]);
  return { ...built, flags };
}

function withPart(built: Ruleset, part: RulesetPart): Ruleset {
  const declared = Object.entries(part.attributes ?? {}).map(([name, type]) => [name, { type }] as const);
  return {
    ...built,
    environment: part.environment ?? built.environment,
    version: part.version ?? built.version,
    attributes: Object.fromEntries([...Object.entries(built.attributes), ...declared]),
    audiences: Object.fromEntries([
      ...Object.entries(built.audiences),
      ...Object.entries(part.audiences ?? {}),
    ]),
  };
}
