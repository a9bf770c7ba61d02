import {
  type Context,
  compile,
  type JudgedAudience,
  type JudgedMatch,
  type Match,
  type RegexPort,
  type Ruleset,
} from '@fauna-flags/core';
import type { Audience } from '@fauna-flags/protocol';
import type { AnyMatch } from './any-match.ts';
import type { KnownAttribute } from './vocabulary.ts';

/** How a context fares with a match, and with every audience that the match names. */
export interface Judgement {
  readonly match: JudgedMatch;
  readonly audiences: Readonly<Record<string, JudgedAudience>>;
}

/** What a context is judged against. */
export interface JudgingModel {
  readonly attributes: readonly KnownAttribute[];
  readonly audiences: readonly Pick<Audience, 'key' | 'match'>[];
  /** Without one, conditions with patterns cannot be judged. */
  readonly regex?: RegexPort | undefined;
}

const flagKey = 'match';

/**
 * Judges a context as every bearer and SDK would: the match becomes the one rule of a flag, which the one evaluator
 * explains. So what is tried need not be saved, and nothing of the context leaves the browser.
 */
export function judgeContext(match: AnyMatch, model: JudgingModel, context: Context): Judgement {
  const { regex } = model;
  const ruleset = compile(rulesetOf(match, model), regex === undefined ? {} : { regex });
  const explanation = ruleset.explain(flagKey, context);
  const rule = explanation.path.find((step) => step.step === 'rule');
  if (rule?.step !== 'rule') throw new Error('Cannot judge the context: the evaluator asked no rule');
  return { match: rule.match, audiences: explanation.audiences };
}

function rulesetOf(match: AnyMatch, { attributes, audiences }: JudgingModel): Ruleset {
  return {
    schema: 1,
    environment: 'trial',
    version: 1,
    attributes: Object.fromEntries(attributes.map(({ key, type }) => [key, { type }])),
    audiences: Object.fromEntries(audiences.map(({ key, match: own }) => [key, { match: own }])),
    flags: {
      [flagKey]: {
        kind: 'boolean',
        salt: 'trial',
        clientVisible: false,
        variations: [
          { key: 'on', value: true },
          { key: 'off', value: false },
        ],
        enabled: true,
        offVariation: 'off',
        prerequisites: [],
        targets: [],
        // The words of a match that is still being written may be unknown; the evaluator judges those false and says why.
        rules: [{ id: 'rule', match: match as Match, serve: { variation: 'on' } }],
        defaultServe: { variation: 'off' },
      },
    },
  };
}
