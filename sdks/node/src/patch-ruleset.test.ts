import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patchRuleset } from './patch-ruleset.ts';

type Entries = Record<string, unknown>;

const entries = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', '__proto__', 'constructor'), fc.nat(3)))
  .map(
    (pairs): Entries =>
      Object.assign(Object.create(null), Object.fromEntries(pairs.map(([key, n]) => [key, { n }]))),
  );
const rulesets = fc.record({
  schema: fc.constant(1),
  environment: fc.constant('production'),
  version: fc.nat(),
  flags: entries,
  audiences: entries,
  attributes: entries,
});

/** What a server says of a change: whole entries that differ, and the names of those that are gone. */
function difference(before: Entries, after: Entries): [Entries, string[]] {
  const text = (all: Entries, key: string) =>
    Object.hasOwn(all, key) ? JSON.stringify(all[key]) : undefined;
  const changed = Object.keys(after).filter((key) => text(before, key) !== text(after, key));
  const removed = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  return [
    Object.assign(Object.create(null), Object.fromEntries(changed.map((key) => [key, after[key]]))),
    removed,
  ];
}

describe('patchRuleset()', () => {
  it('makes the next ruleset of the last one and the difference, and leaves the last one alone', () => {
    fc.assert(
      fc.property(rulesets, rulesets, (before, after) => {
        const [flags, removed] = difference(before.flags, after.flags);
        const [audiences, removedAudiences] = difference(before.audiences, after.audiences);
        const [attributes, removedAttributes] = difference(before.attributes, after.attributes);
        const patch = {
          position: '1-1-aaaaaaaa',
          version: after.version,
          flags,
          audiences,
          attributes,
          removed,
          removedAudiences,
          removedAttributes,
        };
        const kept = JSON.stringify(before);
        // Through JSON, as it comes over the wire and as it goes into the file.
        const patched = patchRuleset(JSON.parse(kept), JSON.parse(JSON.stringify(patch)));
        const sorted = (all: unknown) => Object.entries(JSON.parse(JSON.stringify(all))).sort();
        expect(patched.version).toBe(after.version);
        expect(Object.keys(patched).sort()).toEqual(Object.keys(after).sort());
        for (const member of ['flags', 'audiences', 'attributes'] as const)
          expect(sorted(patched[member])).toEqual(sorted(after[member]));
        expect(JSON.stringify(before)).toBe(kept);
      }),
      { numRuns: 500 },
    );
  });

  it('takes absent members for "nothing changed there"', () => {
    const before = { schema: 1, version: 1, flags: { a: 1 }, audiences: { b: 2 }, attributes: { c: 3 } };
    expect(patchRuleset(before, { version: 2, removed: ['a'] })).toEqual({
      ...before,
      version: 2,
      flags: {},
    });
  });

  it.each([{ flags: [] }, { flags: null }, { audiences: 'x' }, { removed: {} }, { removedAudiences: 'a' }])(
    'refuses %j',
    (patch) => {
      expect(() => patchRuleset({ flags: {}, audiences: {}, attributes: {} }, patch)).toThrow(TypeError);
    },
  );
});
