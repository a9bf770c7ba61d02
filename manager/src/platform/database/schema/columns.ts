import { customType, integer, text, timestamp, uuid } from 'drizzle-orm/pg-core';

/** Raw bytes; node-postgres hands out Buffers. */
export const bytea = customType<{ data: Uint8Array; driverData: Buffer }>({
  dataType: () => 'bytea',
  toDriver: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  fromDriver: (buffer) => buffer,
});

/** What every resource that people edit carries. */
export const resourceColumns = () => ({
  id: uuid('id').primaryKey(),
  key: text('key').notNull(),
  /** Key and name in lower case. Folded here and not by Postgres, whose lower() depends on the cluster's locale. */
  searchText: text('search_text').notNull(),
  revision: integer('revision').notNull().default(1),
  createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true, precision: 3 }).notNull(),
});
