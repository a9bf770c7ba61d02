const titles = { 404: 'Not found', 500: 'Internal error', 503: 'Too busy' } as const;
const codes = { 404: 'not_found', 500: 'internal', 503: 'unavailable' } as const;

/** An error as a document (RFC 9457). */
export function problem(
  status: keyof typeof titles,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = { type: 'about:blank', title: titles[status], status, code: codes[status], detail };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  });
}
