/*
 * What holds for every ruleset and every context. Rulesets are drawn from few names, so that references meet: flags
 * require flags, audiences name audiences, some names are unknown, some belong to prototypes.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { affectedFlags } from './affected-flags.ts';
import { compile } from './compile.ts';
import type { CompiledRuleset } from './compiled-ruleset.ts';
import { operatorsByType, weightTotal } from './limits.ts';
import type { Condition, Context, Match, Ruleset, RulesetFlag, Serve } from './model.ts';

const seed = 20_260_101;
const settings = { seed, numRuns: 400 };

const attributeNames = ['s', 'n', 'b', 'v', 'd', 'l', 'constructor', 'undeclared'];
const flagNames = ['a', 'b', 'c', 'd', '__proto__', 'hasOwnProperty'];
const audienceNames = ['x', 'y', 'z', '__proto__', 'status'];
const types = {
  s: 'string',
  n: 'number',
  b: 'boolean',
  v: 'semver',
  d: 'date',
  l: 'list',
  constructor: 'string',
};
const words = ['', 'a', 'A', 'ab', '1.0.0', '1.2.0-rc.1', '2024-02-29', '2024-02-30', '__proto__', 'true'];

const word = fc.constantFrom(...words);
const operand = fc.oneof(word, fc.constantFrom(0, 1, -1.5, 1_700_000_000_000), fc.boolean());
const operator = fc.constantFrom(...new Set(Object.values(operatorsByType).flat()));
const variation = fc.constantFrom('on', 'off');

const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition; match: Match }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 2 },
    {
      weight: 4,
      arbitrary: fc.record(
        {
          attribute: fc.constantFrom('key', ...attributeNames),
          operator,
          values: fc.array(operand, { maxLength: 5 }),
          negate: fc.boolean(),
          ignoreCase: fc.boolean(),
        },
        { requiredKeys: ['attribute', 'operator', 'values'] },
      ),
    },
    {
      weight: 2,
      arbitrary: fc.record(
        {
          audiences: fc.array(fc.constantFrom('unknown', ...audienceNames), { maxLength: 3 }),
          negate: fc.boolean(),
        },
        { requiredKeys: ['audiences'] },
      ),
    },
    { weight: 1, arbitrary: tie('match') },
  ),
  match: fc.record({
    combine: fc.constantFrom('all', 'any'),
    conditions: fc.array(tie('condition'), { maxLength: 3 }),
  }),
})).condition;

const match: fc.Arbitrary<Match> = fc.record({
  combine: fc.constantFrom('all', 'any'),
  conditions: fc.array(condition, { maxLength: 3 }),
});

const serve: fc.Arbitrary<Serve> = fc.oneof(
  fc.record({ variation }),
  fc
    .record({
      weight: fc.integer({ min: 0, max: weightTotal }),
      by: fc.constantFrom('key', 's', 'n', 'undeclared'),
    })
    .map(({ weight, by }) => ({
      rollout: {
        by,
        weights: [
          { variation: 'on', weight },
          { variation: 'off', weight: weightTotal - weight },
        ],
      },
    })),
);

const flag: fc.Arbitrary<RulesetFlag> = fc.record({
  kind: fc.constant('boolean' as const),
  salt: word,
  clientVisible: fc.boolean(),
  variations: fc.constant([
    { key: 'on', value: true },
    { key: 'off', value: false },
  ]),
  enabled: fc.constantFrom(true, true, true, false),
  offVariation: variation,
  prerequisites: fc.array(fc.record({ flag: fc.constantFrom('unknown', ...flagNames), variation }), {
    maxLength: 1,
  }),
  targets: fc.array(fc.record({ variation, keys: fc.array(word, { maxLength: 2 }) }), { maxLength: 1 }),
  rules: fc.array(fc.record({ id: word, match, serve }), { maxLength: 2 }),
  defaultServe: serve,
});

function entries<T>(names: readonly string[], value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  // fromEntries defines `__proto__` as data, as JSON.parse does.
  return fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), value), {
      selector: ([name]) => name,
      maxLength: names.length,
    })
    .map((pairs) => Object.fromEntries(pairs));
}

const ruleset: fc.Arbitrary<Ruleset> = fc.record({
  schema: fc.constant(1 as const),
  environment: fc.constant('production'),
  version: fc.nat(),
  flags: entries(flagNames, flag),
  audiences: entries(audienceNames, fc.record({ match })),
  attributes: fc
    .subarray(Object.entries(types), { minLength: 4 })
    .map((declared) => Object.fromEntries(declared.map(([name, type]) => [name, { type }]))) as fc.Arbitrary<
    Ruleset['attributes']
  >,
});

const attributeValue = fc.oneof(operand, fc.array(operand, { maxLength: 3 }), fc.jsonValue({ maxDepth: 2 }));
const context: fc.Arbitrary<Context> = entries(
  ['key', 'targetingKey', '__proto__', ...attributeNames],
  attributeValue,
);

/** All that a compiled ruleset says to a context, as it is sent. */
function answers(compiled: CompiledRuleset, user: Context): string {
  return JSON.stringify(Object.entries(compiled.evaluateAll(user)));
}

function parseEntries(text: string): unknown {
  return Object.entries(JSON.parse(text));
}

describe('A compiled ruleset', () => {
  test('answers every JSON value that is given as a context', () => {
    fc.assert(
      fc.property(ruleset, fc.oneof(context, fc.jsonValue()), (rules, user) => {
        const compiled = compile(rules);
        for (const evaluation of Object.values(compiled.evaluateAll(user as Context)))
          expect(evaluation.reason === 'ERROR' ? evaluation.errorCode : evaluation.variation).toBeTypeOf(
            'string',
          );
      }),
      settings,
    );
  });

  test('survives any JSON in the place of a flag, an audience or an attribute, and serves the others', () => {
    fc.assert(
      fc.property(ruleset, fc.jsonValue(), context, (rules, garbage, user) => {
        const compiled = compile({
          ...rules,
          flags: { ...rules.flags, garbage },
          audiences: { ...rules.audiences, garbage },
          attributes: { ...rules.attributes, garbage },
        });
        const whole = compile(rules);
        expect(compiled.evaluate('garbage', user)).toEqual({ reason: 'ERROR', errorCode: 'MALFORMED' });
        for (const key of whole.flagKeys)
          expect(compiled.evaluate(key, user)).toEqual(whole.evaluate(key, user));
      }),
      settings,
    );
  });

  test('survives any JSON in the place of any member of a flag', () => {
    const name = fc.constantFrom(
      'rules',
      'targets',
      'prerequisites',
      'defaultServe',
      'variations',
      'kind',
      'salt',
    );
    fc.assert(
      fc.property(flag, name, fc.jsonValue(), context, (entry, member, garbage, user) => {
        const flags = { a: { ...entry, [member]: garbage } };
        const compiled = compile({ ...empty, flags });
        expect(compiled.evaluate('a', user).reason).toBeTypeOf('string');
        expect(compiled.explain('a', user).evaluation).toEqual(compiled.evaluate('a', user));
      }),
      settings,
    );
  });

  test('gives the same answer again, whoever was asked about in between', () => {
    fc.assert(
      fc.property(ruleset, context, context, (rules, user, other) => {
        const compiled = compile(rules);
        const first = answers(compiled, user);
        answers(compiled, other);
        expect(answers(compiled, user)).toBe(first);
        expect(answers(compile(rules), user)).toBe(first);
      }),
      settings,
    );
  });

  test('answers the same when it is compiled lazily, whatever was asked for before', () => {
    const asked = fc.array(fc.constantFrom(...flagNames), { maxLength: 8 });
    fc.assert(
      fc.property(ruleset, context, asked, (rules, user, keys) => {
        const [whole, lazy] = [compile(rules), compile(rules, { lazy: true })];
        for (const key of keys) {
          expect(lazy.evaluate(key, user)).toEqual(whole.evaluate(key, user));
          expect(lazy.explain(key, user)).toEqual(whole.explain(key, user));
        }
        expect(answers(lazy, user)).toBe(answers(whole, user));
        expect(compile(rules, { lazy: true }).serializeClient(user)).toBe(whole.serializeClient(user));
        expect(compile(rules, { lazy: true }).clientIndexes(user)).toEqual(whole.clientIndexes(user));
      }),
      settings,
    );
  });

  test('answers the same when it is compiled lazily while a getter of the context evaluates other flags', () => {
    fc.assert(
      fc.property(ruleset, context, (rules, user) => {
        const whole = compile(rules);
        const lazy = compile(rules, { lazy: true });
        const read = (compiled: CompiledRuleset) =>
          answers(
            compiled,
            Object.defineProperty({ ...user }, 's', {
              enumerable: true,
              get: () => compiled.evaluate('a', user) && compiled.evaluate('b', user) && user.s,
            }),
          );
        expect(read(lazy)).toBe(read(whole));
      }),
      settings,
    );
  });

  test('gives the same answer by every way of asking', () => {
    fc.assert(
      fc.property(ruleset, context, (rules, user) => {
        const compiled = compile(rules);
        const all = compiled.evaluateAll(user);
        for (const key of compiled.flagKeys) {
          expect(compiled.evaluate(key, user)).toEqual(all[key]);
          expect(compiled.explain(key, user).evaluation).toEqual(all[key]);
        }
        const forClients = Object.entries(compiled.evaluateAll(user, { clientVisible: true }));
        expect(forClients.map(([key]) => key).sort()).toEqual(compiled.clientFlagKeys);
        expect(parseEntries(compiled.serializeClient(user))).toEqual(forClients);
        const indexes = compiled.clientIndexes(user);
        expect(indexes).toHaveLength(compiled.clientFlagKeys.length);
        for (const [place, key] of compiled.clientFlagKeys.entries()) {
          const own = all[key];
          const answer = JSON.parse(compiled.clientEntry(place, user));
          expect(answer).toEqual(Object.fromEntries(forClients)[key]);
          expect(answer).not.toHaveProperty('ruleId');
          expect(own).toMatchObject(answer);
          expect(compiled.clientIndex(place, user)).toBe(indexes[place]);
          const seen = compiled.valueText(place, indexes[place] ?? -1);
          if (own === undefined || own.reason === 'ERROR') expect(seen).toBeUndefined();
          else expect(JSON.parse(seen ?? '')).toEqual(own.value);
        }
      }),
      settings,
    );
  });

  test('explains an answer by steps of which the last one decided', () => {
    fc.assert(
      fc.property(ruleset, context, (rules, user) => {
        const compiled = compile(rules);
        for (const key of compiled.flagKeys) {
          const { evaluation, path } = compiled.explain(key, user);
          const last = path.at(-1);
          const step = {
            ERROR: 'error',
            OFF: 'off',
            PREREQUISITE_FAILED: 'prerequisite',
            TARGET: 'target',
            RULE: 'rule',
            DEFAULT: 'default',
            SPLIT: 'default',
          }[evaluation.reason];
          expect(last?.step).toBe(step);
          expect(last?.held).toBe(evaluation.reason !== 'PREREQUISITE_FAILED');
          const rollout = last !== undefined && 'rollout' in last ? last.rollout : undefined;
          const served = rollout?.slices.filter((slice) => slice.held).map((slice) => slice.variation);
          if (evaluation.reason !== 'ERROR' && evaluation.inRollout === true)
            expect(served).toEqual([evaluation.variation]);
          if (last?.step === 'rule') expect(last.match.held).toBe(true);
        }
      }),
      settings,
    );
  });

  test('does not depend on the order of members', () => {
    fc.assert(
      fc.property(ruleset, context, (rules, user) => {
        expect(compile(reversed(rules)).serializeClient(user)).toBe(compile(rules).serializeClient(user));
        expect(answers(compile(reversed(rules)), user)).toBe(answers(compile(rules), user));
        expect(answers(compile(rules), reversed(user) as Context)).toBe(answers(compile(rules), user));
      }),
      settings,
    );
  });

  test('neither changes nor keeps what it was made from', () => {
    fc.assert(
      fc.property(ruleset, context, (rules, user) => {
        const before = JSON.stringify(rules);
        const compiled = compile(rules);
        const answer = answers(compiled, user);
        expect(JSON.stringify(rules)).toBe(before);
        eraseAll(rules);
        expect(answers(compiled, user)).toBe(answer);
      }),
      settings,
    );
  });
});

describe('affectedFlags()', () => {
  test('holds every flag whose answer differs, for any context', () => {
    const change = fc.record({
      flags: entries(flagNames, flag),
      audiences: entries(audienceNames, fc.record({ match })),
      dropped: fc.subarray([...flagNames, ...audienceNames, ...attributeNames], { maxLength: 2 }),
    });
    const some = fc.array(context, { minLength: 5, maxLength: 5 });
    let differences = 0;
    let spared = 0;
    fc.assert(
      fc.property(
        ruleset,
        change,
        fc.boolean(),
        some,
        (rules, { flags, audiences, dropped }, onlyAudiences, users) => {
          const next: Ruleset = {
            ...rules,
            flags: onlyAudiences ? rules.flags : without({ ...rules.flags, ...first(flags) }, dropped),
            audiences: without({ ...rules.audiences, ...first(audiences) }, dropped),
            attributes: onlyAudiences ? rules.attributes : without(rules.attributes, dropped),
          };
          const affected = affectedFlags(rules, next);
          const [before, after] = [compile(rules), compile(next)];
          for (const key of new Set([...before.flagKeys, ...after.flagKeys])) {
            const differs = users.some(
              (user) =>
                JSON.stringify(before.evaluate(key, user)) !== JSON.stringify(after.evaluate(key, user)),
            );
            if (differs) {
              differences += 1;
              expect(affected).toContain(key);
            } else if (!affected.has(key)) spared += 1;
          }
        },
      ),
      { ...settings, numRuns: 1_000 },
    );
    // Were nothing ever different, or everything always affected, the property would say nothing.
    expect(differences).toBeGreaterThan(100);
    expect(spared).toBeGreaterThan(100);
  });
});

const empty = { schema: 1, environment: 'production', version: 1, flags: {}, audiences: {}, attributes: {} };

function first<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).slice(0, 1));
}

function without<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

/** The same JSON with the members of all objects in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

/** Empties every list and object inside. */
function eraseAll(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    eraseAll(member);
    Reflect.deleteProperty(value, name);
  }
  if (Array.isArray(value)) value.length = 0;
}
