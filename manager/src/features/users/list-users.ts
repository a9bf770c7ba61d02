import type { InstallationUser, Page } from '@fauna-flags/protocol';
import { and, asc } from 'drizzle-orm';
import { type Database, keyOrder, users } from '../../platform/database/index.ts';
import { type ListRequest, pageOf } from '../../platform/http/index.ts';
import { afterPerson, personHolds } from './people.ts';
import { toUsers, type UserRow } from './user.ts';

/** All users, in the order of their e-mail addresses. */
export async function listUsers(
  database: Database,
  { limit, cursor, query }: ListRequest,
): Promise<Page<InstallationUser>> {
  const rows = await database.read
    .select()
    .from(users)
    .where(
      and(
        cursor === undefined ? undefined : afterPerson(cursor),
        query === undefined ? undefined : personHolds(query),
      ),
    )
    .orderBy(asc(keyOrder(users.email)))
    .limit(limit + 1);
  const page = pageOf<UserRow, UserRow>(rows, limit, { item: (row) => row, place: ({ email }) => email });
  return { ...page, items: await toUsers(database.read, page.items) };
}
