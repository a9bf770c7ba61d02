import { Problem } from '@fauna-flags/protocol';
import type { Context } from 'hono';

/** What a request demands of the revision it changes: any (`*`), or one of those named. */
export type IfMatch = '*' | readonly string[] | undefined;

/** Reads `If-Match`. A weak tag counts like a strong one: proxies weaken tags when they compress answers. */
export function readIfMatch(c: Context): IfMatch {
  const header = c.req.header('if-match')?.trim();
  if (header === undefined || header === '') return undefined;
  if (header === '*') return '*';
  return header.split(',').map((tag) =>
    tag
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1'),
  );
}

/**
 * Refuses a change that was not made with this revision of the resource before the eyes. `what` says what could not be
 * done, for instance `change flag "checkout"`.
 */
export function requireRevision(
  ifMatch: IfMatch,
  what: string,
  current: { readonly revision: number },
): void {
  const right = `If-Match: "${current.revision}"`;
  if (ifMatch === undefined) {
    throw new Problem(
      'revision_required',
      `Cannot ${what} without a revision: send ${right}, or If-Match: * for any`,
    );
  }
  if (ifMatch !== '*' && !ifMatch.includes(String(current.revision))) {
    throw new Problem(
      'stale_revision',
      `Cannot ${what}: it is at revision ${current.revision} now, the request was made for ${namesOf(ifMatch)}: read it again and send ${right}`,
      { current },
    );
  }
}

/** The revisions of a request for people: numbers as they are, anything else quoted and cut short. */
function namesOf(tags: readonly string[]): string {
  return tags
    .slice(0, 3)
    .map((tag) => (/^\d{1,10}$/.test(tag) ? tag : JSON.stringify(tag.slice(0, 40))))
    .join(' or ');
}
