import type { AuditEntry } from '@fauna-flags/protocol';
import { expect, it } from 'vitest';
import { groupByDay } from './group-by-day.ts';

const entry = (id: string, at: Date): AuditEntry => ({
  id,
  at: at.toISOString(),
  actor: 'ada@example.org',
  address: '',
  token: null,
  action: 'flag.create',
  entity: { kind: 'flag', key: 'a' },
  environment: null,
  before: null,
  after: null,
  seq: 1,
  hash: '',
});

it('groupByDay() parts entries into days where the viewer is, and keeps their order', () => {
  const now = new Date(2030, 0, 3, 12);
  const days = groupByDay(
    [
      entry('5', new Date(2030, 0, 3, 11)),
      entry('4', new Date(2030, 0, 3, 0, 0)),
      entry('3', new Date(2030, 0, 2, 23, 59)),
      entry('2', new Date(2029, 11, 31)),
    ],
    now,
  );
  expect(days.map(({ label, entries }) => [label, entries.map(({ id }) => id)])).toEqual([
    ['Today', ['5', '4']],
    ['Yesterday', ['3']],
    ['Monday, December 31, 2029', ['2']],
  ]);
  expect(groupByDay([], now)).toEqual([]);
});
