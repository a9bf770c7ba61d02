import {
  type Condition,
  type Context,
  compile,
  type Evaluation,
  type Rule,
  type Ruleset,
  type RulesetFlag,
  weightTotal,
} from '@fauna-flags/core';
import { at } from '../at.ts';
import type { Engine } from '../engine.ts';
import { type ReferenceFlag, type ReferenceSet, rolloutPercent } from '../reference-set.ts';

/** Our evaluator: what a server SDK gets as objects, and the text that a bearer answers a client with. */
export function fauna(set: ReferenceSet): Engine {
  const compiled = compile(toRuleset(set));
  const contexts: readonly Context[] = set.users.map((user) => ({ ...user }));
  return {
    asynchronous: false,
    products: {
      objects: {
        run: (userIndex) => compiled.evaluateAll(at(contexts, userIndex)),
        read: (result) => readAnswers(result as Record<string, Evaluation>),
      },
      serialised: {
        run: (userIndex) => flat(compiled.serializeClient(at(contexts, userIndex))),
        read: (result) => readAnswers(JSON.parse(String(result)) as Record<string, Evaluation>),
      },
    },
  };
}

/**
 * A string that was added up is a tree of its parts in V8 until somebody reads it; JSON.stringify() gives peers a flat
 * one. Reading a character flattens it, so that this cost is not left to whoever writes the answer out.
 */
function flat(text: string): string {
  return Number.isNaN(text.charCodeAt(0)) ? '' : text;
}

function readAnswers(answers: Readonly<Record<string, Evaluation>>): Map<string, boolean> {
  return new Map(
    Object.entries(answers).map(([key, answer]) => [key, answer.reason !== 'ERROR' && answer.value === true]),
  );
}

/** The set as a ruleset. */
export function toRuleset(set: ReferenceSet): Ruleset {
  return {
    schema: 1,
    environment: 'bench',
    version: 1,
    attributes: {
      country: { type: 'string' },
      email: { type: 'string' },
      plan: { type: 'string' },
      age: { type: 'number' },
    },
    audiences: Object.fromEntries(
      set.audiences.map(({ key, plans, ageMin }) => [
        key,
        {
          match: {
            combine: 'all',
            conditions: [
              { attribute: 'plan', operator: 'in', values: plans },
              { attribute: 'age', operator: 'gte', values: [ageMin] },
            ],
          },
        },
      ]),
    ),
    flags: Object.fromEntries(set.flags.map((flag) => [flag.key, toFlag(flag)])),
  };
}

function toFlag(flag: ReferenceFlag): RulesetFlag {
  const rules = [
    rule('country', { attribute: 'country', operator: 'in', values: flag.countries }),
    rule('email', { attribute: 'email', operator: 'endsWith', values: [flag.emailSuffix] }),
  ];
  if (flag.audience !== undefined) rules.push(rule('audience', { audiences: [flag.audience] }));
  const on = (rolloutPercent * weightTotal) / 100;
  return {
    kind: 'boolean',
    salt: flag.salt,
    clientVisible: true,
    variations: [
      { key: 'on', value: true },
      { key: 'off', value: false },
    ],
    enabled: true,
    offVariation: 'off',
    prerequisites: flag.prerequisite === undefined ? [] : [{ flag: flag.prerequisite, variation: 'on' }],
    targets: flag.targets.length === 0 ? [] : [{ variation: 'on', keys: flag.targets }],
    rules,
    defaultServe:
      flag.otherwise === 'rollout'
        ? {
            rollout: {
              weights: [
                { variation: 'on', weight: on },
                { variation: 'off', weight: weightTotal - on },
              ],
            },
          }
        : { variation: flag.otherwise },
  };
}

function rule(id: string, condition: Condition): Rule {
  return { id, match: { combine: 'all', conditions: [condition] }, serve: { variation: 'on' } };
}
