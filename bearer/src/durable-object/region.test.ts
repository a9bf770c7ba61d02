import { describe, expect, it } from 'vitest';
import { formatHubName, servedBy } from './hub-name.ts';
import { type Region, regionOf } from './region.ts';

describe('regionOf()', () => {
  it('takes requests to the part of their continent where they came in', () => {
    const places: readonly (readonly [string, number, Region])[] = [
      ['NA', -122.3, 'wnam'],
      ['NA', -74, 'enam'],
      ['SA', -46.6, 'sam'],
      ['EU', 2.3, 'weur'],
      ['EU', 21, 'eeur'],
      ['AS', 55.3, 'me'],
      ['AS', 139.7, 'apac'],
      ['OC', 151.2, 'oc'],
      ['AF', 18.4, 'afr'],
    ];
    for (const [continent, longitude, region] of places)
      expect([continent, regionOf({ continent, longitude: String(longitude) })]).toEqual([continent, region]);
  });

  it('knows one region for all of whom nothing is known', () => {
    expect([regionOf({}), regionOf({ continent: 'AN' }), regionOf({ continent: 'NA' })]).toEqual([
      'enam',
      'enam',
      'enam',
    ]);
  });
});

describe('servedBy()', () => {
  it('reads the environment out of a hub name, and none for the hub of the key registry', () => {
    const environment = formatHubName({ documentId: 'b2b3', region: 'weur', shard: 3 });
    expect([environment, [...servedBy(environment)]]).toEqual(['b2b3:weur:3', ['b2b3']]);
    expect([...servedBy(formatHubName({ documentId: 'keys', region: 'weur', shard: 0 }))]).toEqual([]);
  });
});
