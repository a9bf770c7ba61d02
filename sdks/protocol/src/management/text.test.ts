import { describe, expect, it } from 'vitest';
import { momentSchema } from './text.ts';

describe('momentSchema', () => {
  it('takes dates, and times with a zone', () => {
    for (const text of ['2030-01-31', '2030-01-31T12:00:00Z', '2030-01-31T12:00:00+02:00', '0001-01-01'])
      expect(momentSchema.safeParse(text).success, text).toBe(true);
  });

  it('refuses what lies outside of the years that a database takes, in whatever zone', () => {
    for (const text of ['0000-01-01', '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-12:00']) {
      const { error } = momentSchema.safeParse(text);
      expect(
        error?.issues.map(({ message }) => message),
        text,
      ).toEqual(['must lie in the years 1 to 9999']);
    }
  });

  it('refuses what is no moment', () => {
    for (const text of ['', '2030-02-30', '2030-01-31T12:00:00', 'tomorrow', '+275760-09-13T00:00:00Z'])
      expect(momentSchema.safeParse(text).success, text).toBe(false);
  });
});
