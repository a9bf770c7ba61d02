import { gt, or, type SQL, sql } from 'drizzle-orm';
import { keyOrder, users } from '../../platform/database/index.ts';

/** Whether a text can be the place of a user in a list, which is their e-mail address. */
export function isPersonPlace(text: string): boolean {
  return text !== '' && text.length <= 254 && !text.includes('\u0000');
}

/** Users behind a place. */
export function afterPerson(place: string): SQL {
  return gt(keyOrder(users.email), place);
}

/** Users whose name or e-mail address holds a text, in any case. */
export function personHolds(query: string): SQL | undefined {
  const text = query.toLowerCase();
  return or(sql`strpos(${users.email}, ${text}) > 0`, sql`strpos(lower(${users.name}), ${text}) > 0`);
}
