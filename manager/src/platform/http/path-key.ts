import { keyPattern, Problem } from '@fauna-flags/protocol';
import type { Context } from 'hono';

/** A key out of the path. What cannot be a key names nothing: 404, and the database never sees it. */
export function pathKey(c: Context, name: string): string {
  const text = c.req.param(name) ?? '';
  if (!keyPattern.test(text))
    throw new Problem('not_found', `Cannot find the ${name}: no key is written like this`);
  return text;
}

/** Whether a text can be a key: what the cursor of a list ordered by key holds. */
export function isKey(text: string): boolean {
  return keyPattern.test(text);
}

/** Whether a text is a UUID. Postgres refuses to compare one with anything else, so this is asked before. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
