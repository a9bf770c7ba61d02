import { describe, expect, it } from 'vitest';
import { placeOfDatabase } from './database-url.ts';

describe('placeOfDatabase()', () => {
  it('names host, port and database, and never who asks or their password', () => {
    expect(placeOfDatabase('postgres://u:SECRET@db.internal/fauna')).toBe('db.internal:5432/fauna');
    expect(placeOfDatabase('postgresql://u:SECRET@[::1]:6000/fauna?sslmode=require')).toBe(
      '[::1]:6000/fauna',
    );
  });

  it('names something for every text, also for one that cannot be read', () => {
    expect(placeOfDatabase('postgres://u:SEC#RET@host/fauna')).toBe('the address given');
    expect(placeOfDatabase('postgres://u:SECRET@/fauna?host=/run/postgresql')).toBe('socket:5432/fauna');
    expect(placeOfDatabase('')).toBe('the address given');
  });
});
