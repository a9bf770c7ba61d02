import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { openDatabase } from './open-database.ts';

describe('openDatabase()', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.close());

  const open = () => openDatabase({ environment: { DATABASE_URL: test.url }, directory: '/' });

  it('says what would help with a database of another version, of a newer one, and with one that was never used', async () => {
    await test.asOwner('UPDATE drizzle.__drizzle_migrations SET created_at = created_at - 1');
    await expect(open()).rejects.toThrow(/by another version of Fauna\. Start the manager of this version/);
    await test.asOwner('UPDATE drizzle.__drizzle_migrations SET created_at = created_at + 2');
    await expect(open()).rejects.toThrow(/by another version of Fauna, a newer one/);
    await test.asOwner('DROP SCHEMA drizzle CASCADE');
    await expect(open()).rejects.toThrow(
      /^Cannot use the database at \S+: no Fauna has used it yet\. Start the manager, which sets it up, or check DATABASE_URL$/,
    );
  });
});
