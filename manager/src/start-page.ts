import type { Fetch } from './platform/server.ts';

/** What a browser gets at `/`; every other path goes on to `otherwise`. No script, no style, nothing to load. */
export function startPage(otherwise: Fetch): Fetch {
  return (request, env) => {
    const { pathname } = new URL(request.url);
    if (pathname !== '/' || request.method !== 'GET') return otherwise(request, env);
    return new Response(page, {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy':
          "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      },
    });
  };
}

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Fauna</title>
<main>
<h1>Fauna is running</h1>
<p>The management API is at <code>/api/v1</code>. It wants <code>Authorization: Bearer &lt;admin token&gt;</code>; the token was
printed when Fauna started.</p>
<p>SDKs connect to this address with their SDK key. The README tells the whole story with curl.</p>
<p>How it does: <a href="/readyz">/readyz</a>.</p>
</main>
</html>
`;
