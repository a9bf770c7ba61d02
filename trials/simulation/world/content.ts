import type { CompiledRuleset, Context, Ruleset, RulesetFlag } from '@fauna-flags/core';
import type { Chance } from './chance.ts';

/** The users whose SDKs take part: a change of the audience moves some of them and not others. */
export const contexts: readonly Context[] = [
  { key: 'user-1', plan: 'free' },
  { key: 'user-2', plan: 'basic' },
  { key: 'user-3', plan: 'pro' },
  { key: 'user-4', plan: 'pro' },
  { key: 'user-5' },
  { key: 'user-6', plan: 'basic' },
];

/** The flags that there may be. */
const flagKeys: readonly string[] = ['a', 'b', 'c', 'd', 'e', 'f'];

interface FlagContent {
  readonly isThere: boolean;
  readonly isOn: boolean;
  readonly isHidden: boolean;
  /** Which of the variations everyone gets who is not paying. */
  readonly serves: number;
}

/** What the operators of a world have written: enough to make every kind of frame, and small. */
export interface Content {
  readonly flags: readonly FlagContent[];
  readonly paying: readonly string[];
  /** Whether it holds what kills a bearer that compiles it. */
  readonly isPoisonous?: boolean;
}

const variations = [
  { key: 'one', value: 1 },
  { key: 'two', value: 2 },
  { key: 'three', value: 3 },
];

/** What an environment begins with. */
export const firstContent: Content = {
  flags: flagKeys.map(() => ({ isThere: true, isOn: true, isHidden: false, serves: 0 })),
  paying: ['pro'],
};

/** One change of a content, which never leaves it as it was. */
export function changed(content: Content, chance: Chance): Content {
  if (chance.holds(0.1))
    return { ...content, paying: content.paying.length === 1 ? ['pro', 'basic'] : ['pro'] };
  const place = chance.whole(0, flagKeys.length - 1);
  const change = chance.pick<(was: FlagContent) => FlagContent>([
    (was) => ({ ...was, isOn: !was.isOn }),
    (was) => ({ ...was, isHidden: !was.isHidden }),
    (was) => ({ ...was, isThere: !was.isThere }),
    (was) => ({ ...was, isThere: true, serves: (was.serves + chance.whole(1, 2)) % 3 }),
    (was) => ({ ...was, isThere: true, serves: (was.serves + chance.whole(1, 2)) % 3 }),
  ]);
  return { ...content, flags: content.flags.map((was, at) => (at === place ? change(was) : was)) };
}

/** A pattern that kills whoever compiles it, as a flaw of a library might. */
export const poison = 'a-pattern-that-kills';

/** The ruleset of a content. */
export function rulesetOf({ flags, paying, isPoisonous = false }: Content, version: number): Ruleset {
  return {
    schema: 1,
    environment: 'production',
    version,
    flags: Object.fromEntries(
      flags.flatMap((content, place) =>
        content.isThere ? [[flagKeys[place], flagOf(content, flagKeys[place] ?? '')]] : [],
      ),
    ),
    audiences: {
      paying: {
        match: { combine: 'all', conditions: [{ attribute: 'plan', operator: 'in', values: paying }] },
      },
      ...(isPoisonous && {
        poison: {
          match: {
            combine: 'all',
            conditions: [{ attribute: 'plan', operator: 'matches', values: [poison] }],
          },
        },
      }),
    },
    attributes: { plan: { type: 'string' } },
  };
}

function flagOf({ isOn, isHidden, serves }: FlagContent, salt: string): RulesetFlag {
  return {
    kind: 'number',
    salt,
    clientVisible: !isHidden,
    variations,
    enabled: isOn,
    offVariation: 'three',
    prerequisites: [],
    targets: [],
    rules: [
      {
        id: 'paying',
        match: { combine: 'all', conditions: [{ audiences: ['paying'] }] },
        serve: { variation: 'two' },
      },
    ],
    defaultServe: { variation: variations[serves]?.key ?? '' },
  };
}

/** Who looks at a ruleset: a client sees visible flags only. */
export type Reader = 'client' | 'server';

/** What every flag should be for one user in a ruleset, as text that can be compared. */
export function expectedValues(compiled: CompiledRuleset, context: Context, reader: Reader): string {
  const seen = new Set(reader === 'client' ? compiled.clientFlagKeys : flagKeys);
  const all = compiled.evaluateAll(context);
  return valuesText((key) => {
    const evaluation = seen.has(key) ? all[key] : undefined;
    return evaluation !== undefined && 'value' in evaluation ? evaluation.value : null;
  });
}

/** The values of all flags as text; what is not there is null. */
export function valuesText(held: (flagKey: string) => unknown): string {
  return flagKeys.map((key) => `${key}=${held(key) ?? '-'}`).join(' ');
}
