import { attribute, flag, ruleset } from '@fauna-flags/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveRuleset } from '../rulesets/live-ruleset.ts';
import { rulesetSnapshot } from '../testing/documents.ts';
import { ClientView } from './client-view.ts';
import { ServerView } from './server-view.ts';

type Flags = ReturnType<typeof flag>[];

const live = (version: number, flags: Flags) =>
  new LiveRuleset(rulesetSnapshot(ruleset(...flags, { version, attributes: { state: 'string' } })));

function dataOf(frame: Uint8Array): {
  flags: Record<string, unknown>;
  removed: string[];
  position: string;
  [member: string]: unknown;
} {
  return JSON.parse(/^data: (.*)$/m.exec(new TextDecoder().decode(frame))?.[1] ?? '');
}

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

describe('a view that resumes', () => {
  it('brings a reader from any earlier ruleset to exactly what a new reader is given, and repeats nothing', () => {
    fc.assert(
      fc.property(history, context, fc.nat(), (rulesets, attributes, from) => {
        const lives = rulesets.map((flags, place) => live(place + 1, flags));
        const [held, now] = [lives[from % lives.length], lives.at(-1)];
        if (held === undefined || now === undefined) return;
        const user = { key: 'u1', ...attributes };
        const state = entriesOf(new ClientView(held, user).open('put'));
        const frame = new ClientView(held, user).resume(now);
        const text = new TextDecoder().decode(frame);
        const fresh = entriesOf(new ClientView(now, user).open('put'));
        if (text.includes('event: none')) {
          expect(text).toContain(now.positionText);
          expect(state).toEqual(fresh);
          return;
        }
        const patch = dataOf(frame);
        for (const [flagKey, entry] of Object.entries(patch.flags)) {
          expect(shown(entry)).not.toBe(state.get(flagKey));
          state.set(flagKey, shown(entry));
        }
        for (const flagKey of patch.removed) expect(state.delete(flagKey)).toBe(true);
        expect(new Map([...state].sort())).toEqual(new Map([...fresh].sort()));
      }),
      { numRuns: 150 },
    );
  });

  it('brings a server from any earlier ruleset to exactly the stored one', () => {
    fc.assert(
      fc.property(history, fc.nat(), (rulesets, from) => {
        const lives = rulesets.map((flags, place) => live(place + 1, flags));
        const [held, now] = [lives[from % lives.length], lives.at(-1)];
        if (held === undefined || now === undefined || held === now) return;
        const frame = new ServerView(held).resume(now);
        const before = JSON.parse(new TextDecoder().decode(held.payload));
        expect(patched(before, dataOf(frame))).toEqual(now.ruleset);
      }),
      { numRuns: 100 },
    );
  });
});

/** A ruleset with a server's patch upon it: whole entries replaced, named ones removed. */
function patched(before: Record<string, unknown>, patch: Record<string, unknown>): unknown {
  const entries = (section: string, removed: string) => {
    const all = { ...(before[section] as object), ...(patch[section] as object) };
    const gone = new Set(patch[removed] as string[]);
    return Object.fromEntries(Object.entries(all).filter(([key]) => !gone.has(key)));
  };
  return {
    ...before,
    version: patch.version,
    flags: entries('flags', 'removed'),
    audiences: entries('audiences', 'removedAudiences'),
    attributes: entries('attributes', 'removedAttributes'),
  };
}

function entriesOf(put: Uint8Array): Map<string, string> {
  return new Map(Object.entries(dataOf(put).flags).map(([flagKey, entry]) => [flagKey, shown(entry)]));
}

/** What a reader sees of an entry: value and variation, or that there is none; never the reason. */
function shown(entry: unknown): string {
  const { value, variation } = entry as { value?: unknown; variation?: string };
  return JSON.stringify([value, variation]);
}
