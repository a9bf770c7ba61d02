/*
 * Runs every vector in ../spec, which has its own README. Whatever way an answer can be asked for, it must be the same.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { boundariesOf, bucket, sliceAt, unitOf } from './bucket.ts';
import { compile } from './compile.ts';
import type { CompiledRuleset } from './compiled-ruleset.ts';
import { parseDate } from './date.ts';
import { fmix32 } from './fmix32.ts';
import type { Context, Evaluation } from './model.ts';
import { murmur3 } from './murmur3.ts';
import { re2Regex } from './re2/index.ts';
import { compareSemver, isSemver, parseSemver } from './semver.ts';

const directory = new URL('../spec/', import.meta.url);
const regex = re2Regex();

interface BucketingVectors {
  readonly murmur3: readonly { readonly text: string; readonly hash: number }[];
  readonly fmix32: readonly { readonly word: number; readonly mixed: number }[];
  readonly positions: readonly { readonly seed: string; readonly unit: string; readonly position: number }[];
  readonly boundaries: readonly { readonly weights: number[]; readonly boundaries: number[] }[];
  readonly slices: readonly {
    readonly weights: number[];
    readonly position: number;
    readonly slice: number;
  }[];
  readonly units: readonly { readonly value: unknown; readonly unit?: string }[];
}

interface SemverVectors {
  readonly valid: readonly unknown[];
  readonly invalid: readonly unknown[];
  readonly ascending: readonly (readonly string[])[];
  readonly equal: readonly (readonly string[])[];
}

interface DateVectors {
  readonly valid: readonly { readonly value: unknown; readonly ms: number }[];
  readonly invalid: readonly unknown[];
}

interface ConditionVector {
  readonly name: string;
  readonly type: string;
  readonly operator: string;
  readonly values: readonly unknown[];
  readonly ignoreCase?: boolean;
  readonly holds: readonly unknown[];
  readonly fails: readonly unknown[];
  readonly unjudged: readonly unknown[];
}

interface EvaluationVectors {
  readonly name: string;
  readonly ruleset: { readonly flags: Readonly<Record<string, unknown>> };
  readonly cases: readonly {
    readonly name: string;
    readonly context: Context;
    readonly expected: Readonly<Record<string, Evaluation>>;
  }[];
}

const special = ['bucketing.json', 'semver.json', 'dates.json', 'conditions.json', 'matches.json'];

function read<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(file, directory), 'utf8'));
}

describe('spec/bucketing.json', () => {
  const vectors = read<BucketingVectors>('bucketing.json');
  test.each(vectors.murmur3)('murmur3($text) is $hash', ({ text, hash }) => {
    expect(murmur3(text)).toBe(hash);
  });
  test.each(vectors.fmix32)('fmix32($word) is $mixed', ({ word, mixed }) => {
    expect(fmix32(word)).toBe(mixed);
    expect(fmix32(word | 0)).toBe(mixed);
  });
  test.each(vectors.positions)('"$unit" under "$seed" lies at $position', ({ seed, unit, position }) => {
    expect(bucket(unit, seed)).toBe(position);
  });
  test.each(vectors.boundaries)('the boundaries of $weights are $boundaries', ({ weights, boundaries }) => {
    expect(boundariesOf(weights)).toEqual(boundaries);
  });
  test.each(vectors.slices)(
    'position $position of $weights is slice $slice',
    ({ weights, position, slice }) => {
      expect(sliceAt(boundariesOf(weights), position)).toBe(slice);
    },
  );
  test.each(vectors.units)('the unit of $value is $unit', ({ value, unit }) => {
    expect(unitOf(value)).toBe(unit);
  });
});

describe('spec/semver.json', () => {
  const vectors = read<SemverVectors>('semver.json');
  test.each(vectors.valid.map((value) => [value]))('%j is a version', (value) => {
    expect(isSemver(value)).toBe(true);
  });
  test.each(vectors.invalid.map((value) => [value]))('%j is no version', (value) => {
    expect(isSemver(value)).toBe(false);
  });
  const order = (a: string | undefined, b: string | undefined): number => {
    const [left, right] = [parseSemver(a), parseSemver(b)];
    if (left === undefined || right === undefined) throw new Error(`No versions: ${a}, ${b}`);
    return Math.sign(compareSemver(left, right));
  };
  test.each(vectors.ascending.map((versions) => [versions]))('%j ascends', (versions) => {
    for (const [i, a] of versions.entries())
      for (const [j, b] of versions.entries()) expect([a, b, order(a, b)]).toEqual([a, b, Math.sign(i - j)]);
  });
  test.each(vectors.equal.map((versions) => [versions]))('%j are equal', (versions) => {
    for (const a of versions) for (const b of versions) expect([a, b, order(a, b)]).toEqual([a, b, 0]);
  });
});

describe('spec/dates.json', () => {
  const vectors = read<DateVectors>('dates.json');
  test.each(vectors.valid)('$value is $ms', ({ value, ms }) => {
    expect(parseDate(value)).toBe(ms);
  });
  test.each(vectors.invalid.map((value) => [value]))('%j is no date', (value) => {
    expect(parseDate(value)).toBeUndefined();
  });
});

describe.each(['conditions.json', 'matches.json'])('spec/%s', (file) => {
  test.each(read<readonly ConditionVector[]>(file))('$name', (vector) => {
    const { type, operator, values, ignoreCase } = vector;
    const condition = {
      attribute: 'a',
      operator,
      values,
      ...(ignoreCase === undefined ? {} : { ignoreCase }),
    };
    const compiled = compile(
      {
        schema: 1,
        environment: 'production',
        version: 1,
        flags: { plain: flagWith(condition), negated: flagWith({ ...condition, negate: true }) },
        audiences: {},
        attributes: { a: { type } },
      },
      { regex },
    );
    const answers = (context: Context) => [
      compiled.evaluate('plain', context).reason,
      compiled.evaluate('negated', context).reason,
    ];
    for (const a of vector.holds) expect([a, ...answers({ a })]).toEqual([a, 'RULE', 'DEFAULT']);
    for (const a of vector.fails) expect([a, ...answers({ a })]).toEqual([a, 'DEFAULT', 'RULE']);
    const existence = operator === 'exists';
    for (const a of vector.unjudged)
      expect([a, ...answers({ a })]).toEqual([a, 'DEFAULT', existence ? 'RULE' : 'DEFAULT']);
    expect(answers({})).toEqual(['DEFAULT', existence ? 'RULE' : 'DEFAULT']);
  });
});

function flagWith(condition: object): object {
  return {
    kind: 'boolean',
    salt: 'salt',
    clientVisible: true,
    variations: [
      { key: 'on', value: true },
      { key: 'off', value: false },
    ],
    enabled: true,
    offVariation: 'off',
    prerequisites: [],
    targets: [],
    rules: [{ id: 'r', match: { combine: 'all', conditions: [condition] }, serve: { variation: 'on' } }],
    defaultServe: { variation: 'off' },
  };
}

const evaluationFiles = readdirSync(directory)
  .filter((file) => file.endsWith('.json') && !special.includes(file))
  .sort();

describe.each(evaluationFiles)('spec/%s', (file) => {
  describe.each(read<readonly EvaluationVectors[]>(file))('$name', ({ ruleset, cases }) => {
    const compiled = compile(ruleset, { regex });
    test.each(cases)('$name', ({ context, expected }) => {
      const lazy = compile(ruleset, { regex, lazy: true });
      for (const [key, evaluation] of Object.entries(expected)) {
        expect([key, everyAnswer(compiled, key, context)]).toEqual([key, [evaluation]]);
        expect([key, everyAnswer(lazy, key, context)]).toEqual([key, [evaluation]]);
      }
    });
  });
});

/** The answers of one flag by every way there is, each different one once: so that there should be one. */
function everyAnswer(compiled: CompiledRuleset, key: string, context: Context): readonly Evaluation[] {
  const answers = [compiled.evaluate(key, context), compiled.explain(key, context).evaluation];
  if (!compiled.flagKeys.includes(key)) return distinct(answers);
  const all = compiled.evaluateAll(context)[key];
  if (all !== undefined) answers.push(all);
  const place = compiled.clientFlagKeys.indexOf(key);
  if (place >= 0) {
    const [first] = answers;
    const ruleId = first !== undefined && 'ruleId' in first ? { ruleId: first.ruleId } : {};
    const client = [
      JSON.parse(compiled.clientEntry(place, context)),
      JSON.parse(compiled.serializeClient(context))[key],
      compiled.evaluateAll(context, { clientVisible: true })[key],
    ];
    for (const answer of client) answers.push({ ...answer, ...ruleId });
  }
  return distinct(answers);
}

function distinct(answers: readonly Evaluation[]): readonly Evaluation[] {
  const texts = new Map(
    answers.map(
      (answer) =>
        [JSON.stringify(Object.entries(answer).sort(([a], [b]) => (a < b ? -1 : 1))), answer] as const,
    ),
  );
  return [...texts.values()];
}
