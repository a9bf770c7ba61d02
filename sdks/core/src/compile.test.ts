import { describe, expect, test } from 'vitest';
import { compile } from './compile.ts';
import type { Context } from './model.ts';
import { re2Regex } from './re2/index.ts';
import { RulesetError } from './read-ruleset.ts';
import { all, attribute, audience, flag, inAudience, ruleset, split } from './testing/index.ts';

describe('compile()', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['a text', '{}'],
    ['another schema', { ...ruleset(), schema: 2 }],
    ['no environment', { ...ruleset(), environment: undefined }],
    ['a version that is no number', { ...ruleset(), version: '1' }],
    ['flags as a list', { ...ruleset(), flags: [] }],
    ['no audiences', { ...ruleset(), audiences: undefined }],
    ['attributes that are null', { ...ruleset(), attributes: null }],
    ['inherited members', Object.create(ruleset())],
  ])('throws RulesetError for %s', (_, json) => {
    expect(() => compile(json)).toThrow(RulesetError);
  });

  test('says what is wrong with what is no ruleset', () => {
    expect(() => compile({ ...ruleset(), flags: 5 })).toThrow(
      'Cannot compile the ruleset: "flags" must be an object',
    );
  });

  test('lists flags sorted by code units, and those that clients see apart', () => {
    const compiled = compile(
      ruleset(flag('b'), flag('Z').hidden(), flag('10'), flag('é'), flag('a'), flag('9')),
    );
    expect(compiled.flagKeys).toEqual(['10', '9', 'Z', 'a', 'b', 'é']);
    expect(compiled.clientFlagKeys).toEqual(['10', '9', 'a', 'b', 'é']);
    expect(compiled.environment).toBe('production');
    expect(compiled.version).toBe(1);
  });

  test('serialises the flags that clients see in their order, without rules', () => {
    const compiled = compile(
      ruleset(
        flag('b')
          .on()
          .rule('eu', attribute('country', 'in', ['DE']), split('on', 'off', 100)),
        flag('a').on().rollout(100, 'country'),
        flag('hidden').on().hidden(),
        flag('c')
          .variations({ first: { list: [1] }, last: null })
          .on(),
        { attributes: { country: 'string' } },
      ),
    );
    expect(compiled.serializeClient({ key: 'u1', country: 'DE' })).toBe(
      '{"a":{"value":true,"variation":"on","reason":"SPLIT","inRollout":true},' +
        '"b":{"value":true,"variation":"on","reason":"RULE","inRollout":true},' +
        '"c":{"value":{"list":[1]},"variation":"first","reason":"DEFAULT"}}',
    );
    expect(compiled.clientEntry(0, { key: 'u1' })).toBe(
      '{"reason":"ERROR","errorCode":"TARGETING_KEY_MISSING"}',
    );
    expect(compiled.clientIndexes({ key: 'u1' })).toEqual(Int16Array.of(-1, 0, 0));
    expect(compiled.valueText(2, 1)).toBe('null');
    expect(compiled.valueText(2, -1)).toBeUndefined();
    expect(compiled.valueText(9, 0)).toBeUndefined();
    expect(compiled.clientIndex(9, {})).toBe(-1);
    expect(compile(ruleset()).serializeClient({})).toBe('{}');
  });

  test('shows a malformed flag to clients only where it says plainly that it is for them', () => {
    const { build } = flag('a');
    const compiled = compile({
      ...ruleset(),
      flags: {
        shown: { ...build(), kind: 'money' },
        hidden: { ...build(), kind: 'money', clientVisible: false },
        unclear: { ...build(), clientVisible: 'yes' },
        nothing: null,
      },
    });
    expect(compiled.serializeClient({})).toBe('{"shown":{"reason":"ERROR","errorCode":"MALFORMED"}}');
    expect(compiled.evaluate('nothing', {})).toEqual({ reason: 'ERROR', errorCode: 'MALFORMED' });
  });

  test('gives answers that nobody can change for others', () => {
    const compiled = compile(
      ruleset(
        flag('a')
          .variations({ v: { list: [{ deep: 1 }] } })
          .on(),
      ),
    );
    const evaluation = compiled.evaluate('a', {});
    if (evaluation.reason === 'ERROR') throw new Error('The flag should be served');
    expect(() => Object.assign(evaluation, { value: 1 })).toThrow(TypeError);
    expect(() => Object.assign(Object(evaluation.value).list[0], { deep: 2 })).toThrow(TypeError);
    expect(compiled.evaluate('a', {})).toEqual(evaluation);
  });

  test('cannot judge `matches` without a regex engine, nor with one that fails', () => {
    const rules = ruleset(
      flag('a')
        .on()
        .rule('r', attribute('key', 'matches', ['a']))
        .serve('off'),
      flag('not-a')
        .on()
        .rule('r', attribute('key', 'matches', ['a'], { negate: true }))
        .serve('off'),
    );
    const fails = () => {
      throw new Error('No engine');
    };
    for (const regex of [undefined, { compile: fails }, { compile: () => fails }]) {
      const compiled = compile(rules, regex === undefined ? {} : { regex });
      expect(compiled.evaluate('a', { key: 'a' }).reason).toBe('DEFAULT');
      expect(compiled.evaluate('not-a', { key: 'b' }).reason).toBe('DEFAULT');
    }
  });

  test('compiles a pattern once, at most 20 in a flag and 20 in an audience', () => {
    const asked: string[] = [];
    const regex = {
      compile(pattern: string) {
        asked.push(pattern);
        return (input: string) => input === pattern;
      },
    };
    const patterns = Array.from({ length: 21 }, (_, i) => `p${i}`);
    const compiled = compile(
      ruleset(
        flag('a')
          .on()
          .rule('r', attribute('key', 'matches', patterns))
          .serve('off'),
        flag('b').on().rule('r', inAudience('x')).serve('off'),
        { audiences: { x: audience(attribute('key', 'matches', patterns)) } },
      ),
      { regex },
    );
    expect(asked).toEqual(patterns.slice(0, 20));
    for (const key of ['a', 'b']) {
      expect(compiled.evaluate(key, { key: 'p19' }).reason).toBe('RULE');
      expect(compiled.evaluate(key, { key: 'p20' }).reason).toBe('DEFAULT');
    }
  });
});

test('compile() keeps a pattern that ignores case apart from the same one that does not', () => {
  const rules = ruleset(
    flag('exact')
      .on()
      .rule('r', attribute('key', 'matches', ['^a'])),
    flag('loose')
      .on()
      .rule('r', attribute('key', 'matches', ['^a'], { ignoreCase: true })),
  );
  const compiled = compile(rules, { regex: re2Regex() });
  expect(compiled.evaluate('exact', { key: 'A' }).reason).toBe('DEFAULT');
  expect(compiled.evaluate('loose', { key: 'A' }).reason).toBe('RULE');
  expect(compiled.evaluate('exact', { key: 'a' }).reason).toBe('RULE');
});

describe('Evaluating', () => {
  const compiled = compile(
    ruleset(
      flag('a')
        .on()
        .rule('r', attribute('s', 'equals', ['x']))
        .serve('off'),
      flag('not-a')
        .on()
        .rule('r', attribute('s', 'equals', ['x'], { negate: true }))
        .serve('off'),
      flag('date')
        .on()
        .rule('r', attribute('d', 'after', ['2024-01-01']))
        .serve('off'),
      flag('roll').on().rollout(100, 'n'),
      flag('key').on().rollout(100),
      flag('exists').on().rule('r', attribute('n', 'exists')).serve('off'),
      { attributes: { s: 'string', d: 'date', n: 'number' } },
    ),
  );

  test.each([
    ['null', null],
    ['undefined', undefined],
    ['a text', 'key'],
    ['a list', ['key']],
    ['a function', () => 1],
  ])('takes %s in the place of a context for an empty one', (_, context) => {
    expect(compiled.evaluateAll(context as unknown as Context)).toEqual(compiled.evaluateAll({}));
  });

  test('sees nothing of what a context inherits', () => {
    const inherited: Context = Object.create({ s: 'x', key: 'u', n: 1 });
    expect(compiled.evaluateAll(inherited)).toEqual(compiled.evaluateAll({}));
  });

  test('takes what JSON cannot hold for absent', () => {
    for (const odd of [undefined, Number.NaN, Number.POSITIVE_INFINITY, 1n, Symbol('x'), () => 'x']) {
      expect(compiled.evaluateAll({ s: odd, d: odd, n: odd })).toEqual(compiled.evaluateAll({}));
    }
  });

  test('takes a Date for its JSON text', () => {
    expect(compiled.evaluate('date', { d: new Date('2024-06-01') }).reason).toBe('RULE');
    expect(compiled.evaluate('date', { d: new Date('2023-06-01') }).reason).toBe('DEFAULT');
    expect(compiled.evaluate('date', { d: new Date(Number.NaN) }).reason).toBe('DEFAULT');
  });

  test('goes on without an attribute that throws when it is read', () => {
    const context = {
      key: 'u',
      get s(): string {
        throw new Error('Not today');
      },
    };
    expect(compiled.evaluate('a', context).reason).toBe('DEFAULT');
    expect(compiled.evaluate('not-a', context).reason).toBe('DEFAULT');
    expect(compiled.explain('a', context).evaluation.reason).toBe('DEFAULT');
    const { proxy, revoke } = Proxy.revocable<Record<string, unknown>>({}, {});
    revoke();
    expect(() => compiled.evaluateAll(proxy)).not.toThrow();
    expect(compiled.evaluate('key', context)).toMatchObject({ reason: 'SPLIT' });
  });

  test('is not confused by an attribute that evaluates, when it is read', () => {
    const inner: unknown[] = [];
    const context = {
      key: 'outer',
      get s(): string {
        inner.push(compiled.evaluate('a', { s: 'y' }).reason, compiled.evaluate('key', {}).reason);
        return 'x';
      },
    };
    expect(compiled.evaluateAll(context)).toMatchObject({ a: { reason: 'RULE' }, key: { reason: 'SPLIT' } });
    expect(inner).toEqual(['DEFAULT', 'ERROR']);
  });

  test('asks for an attribute once, however many conditions are on it', () => {
    let reads = 0;
    const context = {
      get s(): string {
        reads += 1;
        return 'x';
      },
    };
    compiled.evaluateAll(context);
    expect(reads).toBe(1);
  });

  test('tells members of lists apart, of few texts and of more than it numbers', () => {
    const lists = Array.from({ length: 60 }, (_, list) =>
      Array.from({ length: 50 }, (_, text) => `${list}/${text}`),
    );
    const compiled = compile(
      ruleset(
        ...lists.map((texts, list) =>
          flag(`rule-${list}`)
            .on()
            .rule('r', attribute('s', 'in', texts))
            .serve('off'),
        ),
        ...lists.map((texts, list) =>
          flag(`target-${list}`)
            .on()
            .target('on', ...texts)
            .serve('off'),
        ),
        { attributes: { s: 'string' } },
      ),
    );
    for (const [list, texts] of lists.entries()) {
      for (const text of [texts[0], texts[49]]) {
        const all = Object.entries(compiled.evaluateAll({ key: text, s: text }));
        const on = all.filter(([, evaluation]) => 'value' in evaluation && evaluation.value === true);
        expect(on.map(([key]) => key)).toEqual([`rule-${list}`, `target-${list}`]);
      }
    }
    for (const stranger of ['60/0', '', 'constructor', '__proto__', 7, null]) {
      const all = Object.values(compiled.evaluateAll({ key: stranger, s: stranger }));
      expect(all.every(({ reason }) => reason === 'DEFAULT')).toBe(true);
    }
  });

  test('judges an audience once for all flags, and only when a flag asks', () => {
    let searches = 0;
    const regex = {
      compile: () => () => {
        searches += 1;
        return true;
      },
    };
    const flags = ['a', 'b', 'c'].map((key) =>
      flag(key)
        .on()
        .rule('r', all(inAudience('x'), inAudience('x'))),
    );
    const counted = compile(
      ruleset(...flags, flag('d').on(), { audiences: { x: audience(attribute('key', 'matches', ['x'])) } }),
      { regex },
    );
    counted.evaluate('d', { key: 'u' });
    expect(searches).toBe(0);
    counted.evaluateAll({ key: 'u' });
    expect(searches).toBe(1);
    counted.evaluateAll({ key: 'v' });
    expect(searches).toBe(2);
  });

  test('judges a prerequisite once for all flags that share it', () => {
    let searches = 0;
    const regex = {
      compile: () => () => {
        searches += 1;
        return true;
      },
    };
    // 10 levels of 2 flags that each require both below: 2¹⁰ ways from the top, and only 20 flags.
    const levels = Array.from({ length: 10 }, (_, level) =>
      ['l', 'r'].map((side) => {
        const built = flag(`${side}${level}`).on();
        return level === 0 ? built : built.prerequisite(`l${level - 1}`).prerequisite(`r${level - 1}`);
      }),
    );
    const base = flag('l0')
      .on()
      .rule('r', attribute('key', 'matches', ['x']));
    const compiledLevels = compile(ruleset(...levels.flat(), base), { regex });
    expect(compiledLevels.evaluate('r9', { key: 'u' })).toEqual({
      value: true,
      variation: 'on',
      reason: 'DEFAULT',
    });
    expect(searches).toBe(1);
  });

  test('keeps nothing of a context when it is done', () => {
    // The second context lacks what the first one had, and has the same shape otherwise.
    expect(compiled.evaluate('a', { key: 'u', s: 'x' }).reason).toBe('RULE');
    expect(compiled.evaluate('a', { key: 'u' }).reason).toBe('DEFAULT');
    expect(compiled.evaluate('key', {})).toEqual({ reason: 'ERROR', errorCode: 'TARGETING_KEY_MISSING' });
  });
});
