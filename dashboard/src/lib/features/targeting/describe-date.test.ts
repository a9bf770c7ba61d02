import { expect, it } from 'vitest';
import { dateFieldText, dateOfFields, describeDate } from './describe-date.ts';

it('describeDate() leaves a day a day and tells a moment in UTC', () => {
  expect(describeDate('2030-01-31')).toBe('2030-01-31');
  expect(describeDate('2030-01-31T12:00:00+02:00')).toBe('2030-01-31 10:00 UTC');
  expect(describeDate('2030-01-31T12:00:05Z')).toBe('2030-01-31 12:00:05 UTC');
  expect(describeDate(1_500)).toBe('1970-01-01 00:00:01.500 UTC');
  expect(describeDate('never')).toBe('never');
  expect(describeDate(1e300)).toBe('1e+300');
});

it('dateFieldText() and dateOfFields() carry a date into two native fields and back', () => {
  for (const text of ['2030-01-31', '2030-01-31T12:00:00Z', '2030-01-31T12:00:05Z']) {
    expect(dateOfFields(dateFieldText(text))).toBe(text);
  }
  expect(dateFieldText('2030-01-31T12:00')).toEqual({ day: '2030-01-31', time: '12:00' });
  expect(dateFieldText(0)).toEqual({ day: '1970-01-01', time: '00:00' });
  expect(dateFieldText('never')).toEqual({ day: '', time: '' });
  expect(dateFieldText(undefined)).toEqual({ day: '', time: '' });
  expect(dateOfFields({ day: '', time: '12:00' })).toBeUndefined();
});
