import { expect, it } from 'vitest';
import { filterItems } from './filter-items.ts';

const items = [
  { value: 'home-state', label: 'Home state' },
  { value: 'state', label: 'State', description: 'Where the user lives' },
  { value: 'plan', label: 'Plan' },
];
const found = (typed: string) => filterItems(items, typed).map(({ value }) => value);

it('filterItems() finds by label, value and description, in any case', () => {
  expect(found('PLA')).toEqual(['plan']);
  expect(found('home-')).toEqual(['home-state']);
  expect(found('lives')).toEqual(['state']);
  expect(found('nothing')).toEqual([]);
});

it('filterItems() puts what begins with the text first', () => {
  expect(found('state')).toEqual(['state', 'home-state']);
  expect(found(' ')).toEqual(['home-state', 'state', 'plan']);
});

it('filterItems() shows no more than can be read', () => {
  const many = Array.from({ length: 1_000 }, (_, index) => ({ value: `v${index}`, label: `Value ${index}` }));
  expect(filterItems(many, '').length).toBe(100);
  expect(filterItems(many, 'value').length).toBe(100);
});
