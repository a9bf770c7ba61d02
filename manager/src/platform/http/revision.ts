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

/** Refuses a change that was not made with this revision of the resource before the eyes. */
export function requireRevision(ifMatch: IfMatch, current: { readonly revision: number }): void {
  if (ifMatch === undefined) {
    throw new Problem(
      'revision_required',
      `Cannot change the resource without a revision: send 'If-Match: "${current.revision}"', or "*" for any`,
    );
  }
  if (ifMatch !== '*' && !ifMatch.includes(String(current.revision))) {
    throw new Problem(
      'stale_revision',
      `Cannot change the resource: it is at revision ${current.revision} now`,
      {
        current,
      },
    );
  }
}

/** An answer with one resource. */
export function resourceResponse(
  c: Context,
  resource: { readonly revision: number },
  status: 200 | 201 = 200,
): Response {
  return c.json(resource, status, { ETag: `"${resource.revision}"` });
}
