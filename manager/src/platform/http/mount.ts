import { mayDo, Problem, permissions } from '@fauna-flags/protocol';
import type { Context, Hono } from 'hono';
import type { ApiEnv } from './authenticate.ts';
import { readBody } from './body.ts';
import { readConfirm } from './confirm.ts';
import { type Ask, type Needs, type Operation, pathNames, successStatus } from './operation.ts';
import { readParameters } from './parameters.ts';
import { pathKey } from './path-key.ts';
import { rankIn } from './principal.ts';
import { readIfMatch } from './revision.ts';

/** Makes routes of operations. What wants rights must come behind `authenticate`. */
export function mountOperations(app: Hono<ApiEnv>, operations: readonly Operation[]): void {
  for (const operation of operations) {
    app.on(operation.method, operation.path, async (c) => {
      requireRights(c, operation);
      return respond(c, operation, await operation.handle(await read(c, operation)));
    });
  }
}

/**
 * The one question for rights. Who is nothing in a project is told what everybody is told of projects that do not exist.
 */
function requireRights(c: Context<ApiEnv>, { description: { needs, summary } }: Operation): void {
  if (needs === 'anyone') return;
  const principal = c.get('principal');
  if (needs === 'somebody') return;
  if (needs === 'session') {
    if (c.get('session') !== undefined) return;
    throw new Problem('unauthorized', `Cannot ${summary} without a session: an API token has none`);
  }
  const project = c.req.param('project');
  if (project === undefined) {
    if (mayDo(principal.ranks.everywhere, needs)) return;
    throw new Problem('forbidden', `Cannot ${summary}: this takes an owner of the installation`);
  }
  // Names what can be no key in the same words as what is none.
  const rank = rankIn(principal, pathKey(c, 'project'));
  if (rank === undefined) throw new Problem('not_found', `Cannot find project "${project}"`);
  if (mayDo(rank, needs)) return;
  throw new Problem(
    'forbidden',
    `Cannot ${summary}: this takes ${nounOf(needs)} of project "${project}", and you are ${article(rank)}`,
  );
}

/** The same in the words of documents: whom an operation takes. */
export function permissionText(needs: Needs): string {
  if (needs === 'anyone') return 'Anyone may ask.';
  if (needs === 'somebody') return 'Takes any token or session.';
  if (needs === 'session') return 'Takes a session.';
  return `Takes \`${permissions[needs]}\` or more.`;
}

function nounOf(needs: Exclude<Needs, 'somebody' | 'session' | 'anyone'>): string {
  const least = permissions[needs];
  return least === 'owner' ? 'an owner of the installation and not only a member' : article(least);
}

function article(word: string): string {
  return `${/^[aeio]/.test(word) ? 'an' : 'a'} ${word}`;
}

async function read(c: Context<ApiEnv>, operation: Operation): Promise<Ask<string, unknown, unknown>> {
  const { description } = operation;
  const keys = pathNames(operation).map((name) => [name, pathKey(c, name)]);
  return {
    c,
    scope: {
      ...Object.fromEntries(keys),
      actor: c.get('principal')?.actor,
      ifMatch: readIfMatch(c),
      confirm: readConfirm(c),
    },
    query: readParameters(c, description.query ?? {}),
    body: description.body && (await readBody(c, description.body, { kept: description.isKept ?? true })),
  };
}

function respond(c: Context, operation: Operation, result: unknown): Response {
  if (result instanceof Response) return result;
  const status = successStatus(operation);
  if (status === 204) return c.body(null, 204);
  return c.json(result as object, status, revisionOf(result));
}

/** A single resource says which revision it is. */
function revisionOf(result: unknown): Record<string, string> {
  const isVersioned = typeof result === 'object' && result !== null && 'revision' in result;
  return isVersioned ? { ETag: `"${result.revision}"` } : {};
}
