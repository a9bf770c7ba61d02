import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { settings } from '../../platform/database/index.ts';
import { markSecret } from './secret-mark.ts';

let test: TestDatabase;
beforeEach(async () => {
  test = await createTestDatabase();
});
afterEach(() => test.close());

describe('markSecret()', () => {
  it('tells that another secret was used before, once for every change', async () => {
    const told: boolean[] = [];
    for (const secret of ['one', 'one', 'other', 'other', 'one']) {
      told.push((await markSecret(test.database, secret)).hasChanged);
    }
    expect(told).toEqual([false, false, true, false, true]);
  });

  it('keeps nothing that the secret can be read from', async () => {
    await markSecret(test.database, 'a secret that nobody knows');
    const rows = await test.database.read.select().from(settings);
    expect(rows).toEqual([{ key: 'secret-mark', value: { mark: expect.stringMatching(/^[\w-]{43}$/) } }]);
  });
});
