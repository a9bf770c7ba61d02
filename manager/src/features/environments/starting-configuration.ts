import type { FlagConfiguration, Variation } from '@fauna-flags/core';

/**
 * How a flag starts in an environment: off, and ready to be switched on for everybody. Serves `on` when on and `off` when
 * off, where variations of these names exist; else the first and the last.
 */
export function startingConfiguration(variations: readonly Pick<Variation, 'key'>[]): FlagConfiguration {
  const keys = variations.map(({ key }) => key);
  const [first] = keys;
  const last = keys.at(-1);
  if (first === undefined || last === undefined)
    throw new Error('Cannot configure a flag without variations');
  return {
    enabled: false,
    offVariation: keys.includes('off') ? 'off' : last,
    prerequisites: [],
    targets: [],
    rules: [],
    defaultServe: { variation: keys.includes('on') ? 'on' : first },
  };
}
