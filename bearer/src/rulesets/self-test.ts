import type { CompiledRuleset } from '@fauna-flags/core';
import type { Clock } from '../clock.ts';

/**
 * The contexts that every ruleset is tried on before anybody is served by it: none may make evaluation throw, or take long.
 * Odd on purpose, since the ones that people send are.
 */
const sentinels: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { key: 'sentinel' },
  { targetingKey: '', key: 7 },
  { key: 'sentinel', state: null, student: 'yes', tags: ['a', 1, null], nested: { constructor: 1 } },
  {
    key: 'x'.repeat(1_024),
    email: 'a@b.c'.repeat(200),
    version: '1.2.3-rc.1',
    since: '2024-02-29',
    age: 1e21,
  },
];

/**
 * How long all of them together may take. The largest ruleset that can be written takes less than a tenth of it; what takes
 * more would hold the process for as long at every change, for every stream.
 */
export const selfTestMsMax = 2_000;

/**
 * Tries a ruleset: every flag for every sentinel, by name and as clients get it; where it follows one that has been tried,
 * those that `reached` names are enough, since the others answer as they did. Throws when evaluation throws or takes too
 * long. The time is looked at between flags; where a runtime's clock stands still while code runs, it is never too long.
 */
export function selfTest(
  compiled: CompiledRuleset,
  clock: Pick<Clock, 'steady'>,
  reached?: ReadonlySet<string>,
): void {
  const endsAt = clock.steady() + selfTestMsMax;
  const clientPlaces = new Map(compiled.clientFlagKeys.map((key, place) => [key, place]));
  for (const flagKey of compiled.flagKeys) {
    if (reached?.has(flagKey) === false) continue;
    const place = clientPlaces.get(flagKey);
    for (const context of sentinels) {
      compiled.evaluate(flagKey, context);
      if (place !== undefined) compiled.clientEntry(place, context);
    }
    if (clock.steady() > endsAt)
      throw new Error(`evaluating it on trial took more than ${selfTestMsMax} ms, at flag "${flagKey}"`);
  }
  if (reached !== undefined) return;
  for (const context of sentinels) {
    compiled.serializeClient(context);
    compiled.clientIndexes(context);
  }
}
