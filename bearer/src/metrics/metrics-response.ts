import { Problem } from '@fauna-flags/protocol';
import type { BearerCrypto } from '../crypto.ts';
import { unauthorized } from '../middleware/authenticate.ts';
import { answerProblem, commonHeaders } from '../middleware/respond.ts';

/** What answers `/metrics` on the port that everybody can reach. */
export interface MetricsAccess {
  /** What a scraper must show as `Authorization: Bearer …`; where there is none, nobody is shown anything. */
  readonly token: string | undefined;
  readonly crypto: BearerCrypto;
  readonly text: () => Promise<string>;
}

/** Answers a scrape. Without a token of its own the path does not exist (S-42). */
export async function metricsResponse(
  request: Request,
  { token, crypto, text }: MetricsAccess,
): Promise<Response> {
  const form = { style: 'problem', headers: {} } as const;
  if (token === undefined) return answerProblem(new Problem('not_found', 'Cannot find this path'), form);
  const shown = /^Bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
  // Digests are compared, so that the time of the comparison tells nothing about the token.
  if (crypto.sha256Hex(shown) !== crypto.sha256Hex(token)) return answerProblem(unauthorized(), form);
  return metricsAnswer(await text());
}

/** The answer to a scraper that is known to be one. */
function metricsAnswer(text: string): Response {
  return new Response(text, {
    headers: { ...commonHeaders, 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' },
  });
}

/** What a port of its own answers: `/metrics` to everybody who reaches it, and nothing else. */
export function metricsOnly(text: () => Promise<string>): (request: Request) => Promise<Response> {
  return async (request) =>
    new URL(request.url).pathname === '/metrics'
      ? metricsAnswer(await text())
      : answerProblem(new Problem('not_found', 'Cannot find this path: metrics are at /metrics'), {
          style: 'problem',
          headers: {},
        });
}
