import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '@fauna-flags/protocol';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import type { Fetch } from './fetch.ts';
import { problemResponse } from './http/index.ts';

/** The page that every address of a single-page app answers; it finds out by itself what to show there. */
const shellFile = '200.html';

/**
 * Serves a built single-page app from a folder: its files as they lie there (compressed beforehand where the build did
 * so), and its shell for every other address that a person opens. While it has not been built, one sentence says what
 * would build it.
 *
 * The shell may hold an inline script that starts the app; the policy names the hash of exactly that text, so that
 * nothing else inline ever runs.
 */
export function staticSite({
  folder,
  buildWith,
  url,
  isForPrograms = () => false,
}: {
  readonly folder: string;
  readonly buildWith: string;
  /** The address that browsers use, where it is known: one under https stays there. */
  readonly url?: string | undefined;
  /** Which addresses are answered with the shell whatever is accepted: programs look there for a page, too. */
  readonly isForPrograms?: (path: string) => boolean;
}): Fetch {
  const shellPath = join(folder, shellFile);
  if (!existsSync(shellPath)) return notBuilt(buildWith);
  const shell = shellReader(shellPath);

  const app = new Hono<{ Variables: { isFile: boolean } }>();
  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(siteHeaders)) c.res.headers.set(name, value);
    if (url?.startsWith('https://')) c.res.headers.set('strict-transport-security', 'max-age=31536000');
    c.res.headers.set('content-security-policy', shell().policy);
    const kept = c.get('isFile') && isImmutable(c.req.path);
    c.res.headers.set('cache-control', kept ? forever : 'no-cache');
  });
  app.use(serveStatic({ root: folder, precompressed: true, onFound: (_, c) => c.set('isFile', true) }));
  app.get('*', (c) =>
    c.req.path === '/' ||
    ((wantsPage(c.req.header('accept')) || isForPrograms(c.req.path)) && !isImmutable(c.req.path))
      ? c.html(shell().text)
      : problemResponse(new Problem('not_found', `Cannot find ${c.req.path}`)),
  );
  app.all('*', () =>
    problemResponse(new Problem('method_not_allowed', 'Cannot use this method here'), { allow: 'GET, HEAD' }),
  );
  return (request) => app.fetch(request);
}

/**
 * Reads the shell again when it was built again: it names the files of its own build, and another process may renew the
 * folder. In the moment in which there is none, the last one is as good as any.
 */
function shellReader(path: string): () => { readonly text: string; readonly policy: string } {
  const read = (builtAtMs: number) => {
    const text = readFileSync(path, 'utf8');
    return { text, policy: policyFor(text), builtAtMs };
  };
  let shell = read(statSync(path).mtimeMs);
  return () => {
    const builtAtMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (builtAtMs !== undefined && builtAtMs !== shell.builtAtMs) shell = read(builtAtMs);
    return shell;
  };
}

const forever = 'public, max-age=31536000, immutable';

/**
 * Names of these files carry a hash of their content, so whoever has one never needs to ask again. For the same reason
 * nothing else may ever be answered under such a name: a cache would keep it just as long.
 */
function isImmutable(path: string): boolean {
  return path.includes('/immutable/');
}

function wantsPage(accept: string | undefined): boolean {
  return accept?.includes('text/html') === true;
}

const siteHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const;

function policyFor(shell: string): string {
  const inline = [...shell.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    `script-src ${["'self'", ...inline].join(' ')}`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}

function notBuilt(buildWith: string): Fetch {
  return (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== '/') return problemResponse(new Problem('not_found', `Cannot find ${pathname}`));
    return new Response(
      `Fauna is running. Its dashboard has not been built: run "${buildWith}" and start again\n`,
      {
        headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...siteHeaders },
      },
    );
  };
}
