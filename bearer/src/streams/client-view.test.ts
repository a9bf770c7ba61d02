import { attribute, flag, ruleset } from '@fauna-flags/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveRuleset } from '../rulesets/live-ruleset.ts';
import { rulesetSnapshot } from '../testing/documents.ts';
import { ClientView } from './client-view.ts';

type Flags = ReturnType<typeof flag>[];

const live = (version: number, flags: Flags) =>
  new LiveRuleset(
    rulesetSnapshot(ruleset(...flags, { version, attributes: { state: 'string' } })),
    undefined,
  );

function dataOf(frame: Uint8Array): { flags: Record<string, unknown>; removed: string[]; position: string } {
  return JSON.parse(/^data: (.*)$/m.exec(new TextDecoder().decode(frame))?.[1] ?? '');
}

describe('ClientView.advance()', () => {
  it('asks the evaluator only about flags that the change can reach', () => {
    const many = Array.from({ length: 50 }, (_, place) => flag(`f${place}`).on());
    const from = live(1, [...many, flag('pay').on(), flag('needs').on().prerequisite('pay')]);
    const to = live(2, [...many, flag('pay'), flag('needs').on().prerequisite('pay')]);
    const view = new ClientView(from, { key: 'u1' });
    const asked: (string | undefined)[] = [];
    const { compiled } = to;
    const clientIndex: typeof compiled.clientIndex = (place, context) => {
      asked.push(compiled.clientFlagKeys[place]);
      return compiled.clientIndex(place, context);
    };
    Object.defineProperty(to, 'compiled', { value: { ...compiled, clientIndex } });
    const frame = view.advance(to);
    expect(asked).toEqual(['needs', 'pay']);
    expect(Object.keys(dataOf(frame ?? new Uint8Array()).flags)).toEqual(['needs', 'pay']);
  });

  it('gives the same bytes to every reader whose change is the same', () => {
    const from = live(1, [flag('pay').on()]);
    const to = live(2, [flag('pay')]);
    const [first, second] = ['u1', 'u2'].map((key) => new ClientView(from, { key }).advance(to));
    expect(first).toBeInstanceOf(Uint8Array);
    expect(second).toBe(first);
  });

  it('brings a reader, patch by patch, to exactly what a new reader is given', () => {
    const flagOf = fc
      .record({
        key: fc.constantFrom('a', 'b', 'c', 'd'),
        on: fc.boolean(),
        hidden: fc.boolean(),
        values: fc.constantFrom({ x: 1, y: 2 }, { x: 1, z: 3 }, { y: 2, x: 1 }, { x: 9, y: 2 }),
        percent: fc.integer({ min: 0, max: 100 }),
        rule: fc.constantFrom('WA', 'CA', undefined),
        prerequisite: fc.constantFrom('a', 'b', 'nothing', undefined),
      })
      .map(({ key, on, hidden, values, percent, rule, prerequisite }) => {
        let built = flag(key).variations(values).rollout(percent);
        if (on) built = built.on();
        if (hidden) built = built.hidden();
        if (rule !== undefined) built = built.rule('r', attribute('state', 'equals', [rule]));
        if (prerequisite !== undefined && prerequisite !== key) built = built.prerequisite(prerequisite, 'x');
        return built;
      });
    const history = fc.array(fc.uniqueArray(flagOf, { selector: ({ key }) => key }), {
      minLength: 2,
      maxLength: 6,
    });
    const context = fc.record({ state: fc.constantFrom('WA', 'CA', 'OR') }, { requiredKeys: [] });
    fc.assert(
      fc.property(history, context, fc.constantFrom('u1', 'u2', undefined), (rulesets, attributes, key) => {
        const lives = rulesets.map((flags, place) => live(place + 1, flags));
        const user = key === undefined ? attributes : { key, ...attributes };
        const [first, ...rest] = lives;
        if (first === undefined) return;
        const view = new ClientView(first, user);
        const held = new Map(
          Object.entries(dataOf(view.open('put')).flags).map(([flagKey, entry]) => [flagKey, shown(entry)]),
        );
        for (const next of rest) {
          const frame = view.advance(next);
          const fresh = dataOf(new ClientView(next, user).open('put'));
          if (frame !== undefined) {
            const patch = dataOf(frame);
            expect(patch.position).toBe(next.positionText);
            for (const [flagKey, entry] of Object.entries(patch.flags)) {
              // Only what a reader can see has changed is sent.
              expect(shown(entry)).not.toBe(held.get(flagKey));
              held.set(flagKey, shown(entry));
            }
            for (const flagKey of patch.removed) expect(held.delete(flagKey)).toBe(true);
          }
          const expected = Object.entries(fresh.flags).map(([flagKey, entry]) => [flagKey, shown(entry)]);
          expect(new Map([...held].sort())).toEqual(new Map(expected.sort() as [string, string][]));
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** What a reader sees of an entry: value and variation, or that there is none; never the reason. */
function shown(entry: unknown): string {
  const { value, variation } = entry as { value?: unknown; variation?: string };
  return JSON.stringify([value, variation]);
}
