/** @jsxRuntime automatic */
import { renderToString } from 'react-dom/server';
import { CheckoutApp } from '../page/checkout-app.tsx';
import type { PageState } from '../shop/page-state.ts';
import type { PageEntry } from './built-files.ts';

/** The page as the browser gets it first: everything is there, flags and price included, before any script runs. */
export function renderPage({
  entry,
  connectSources,
  page,
}: {
  readonly entry: PageEntry;
  /** Whom the page may talk to besides its own origin. */
  readonly connectSources: readonly string[];
  readonly page: PageState;
}): Response {
  const styles = entry.styles.map((file) => `<link rel="stylesheet" href="/example/${file}">`).join('');
  return html(
    200,
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Checkout · Foxglove Books</title>
<link rel="icon" href="${icon}">
${styles}
<script type="module" src="/example/${entry.script}"></script>
</head>
<body>
<div id="root">${renderToString(<CheckoutApp page={page} />)}</div>
<script type="application/json" id="page-state">${jsonForHtml(page)}</script>
</body>
</html>
`,
    ["script-src 'self'", "style-src 'self'", `connect-src ${["'self'", ...connectSources].join(' ')}`],
  );
}

/** What there is before the first build. */
export function notBuiltPage(): Response {
  return html(
    503,
    `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Not built yet</title>
<main>
<h1>The shop is not built yet</h1>
<p>Run <code>npm run build</code> in the folder of Fauna, and load this page again.</p>
</main>
</html>
`,
    [],
  );
}

function html(status: number, text: string, policy: readonly string[]): Response {
  return new Response(text, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': [
        "default-src 'none'",
        ...policy,
        'img-src data:',
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
      ].join('; '),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  });
}

/** A value may hold the text that ends a script element; as an escape it means the same to JSON and nothing to HTML. */
function jsonForHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

const icon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#1f5a41" d="M16 28V12c-3-3-7-5-13-5v15c6 0 10 2 13 6Zm0 0V12c3-3 7-5 13-5v15c-6 0-10 2-13 6Z"/></svg>',
)}`;
