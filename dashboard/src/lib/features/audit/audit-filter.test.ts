import { expect, it } from 'vitest';
import { filterOf, filterParameters, filterQuery, isFiltering } from './audit-filter.ts';

const everything = { entity: '', actor: '', environment: '', since: '', until: '' };

it('a filter goes into an address and comes back', () => {
  const filter = {
    entity: 'flag:google-pay',
    actor: 'ada+1@example.org',
    environment: 'production',
    since: '2030-01-01',
    until: '2030-01-31',
  };
  const query = filterQuery(filter);
  expect(filterOf(new URLSearchParams(query))).toEqual(filter);
  expect(isFiltering(filter)).toBe(true);
});

it('an address that says nothing, or nonsense, shows everything', () => {
  expect(filterOf(new URLSearchParams(''))).toEqual(everything);
  expect(filterOf(new URLSearchParams('?since=yesterday&until=2030-13-01&other=x'))).toEqual(everything);
  expect(filterQuery(everything)).toBe('');
  expect(isFiltering(everything)).toBe(false);
});

it('filterParameters() makes days the moments that they begin and end with for the viewer', () => {
  const { since, until, entity } = filterParameters({
    ...everything,
    since: '2030-01-01',
    until: '2030-01-01',
  });
  expect(entity).toBeUndefined();
  expect(new Date(since ?? '')).toEqual(new Date(2030, 0, 1));
  expect(new Date(until ?? '')).toEqual(new Date(2030, 0, 1, 23, 59, 59, 999));
  expect(filterParameters({ ...everything, actor: 'a' }).since).toBeUndefined();
});
