import type { Problem } from '@fauna-flags/protocol';

/** On every answer: nothing of it is cached by others, guessed at, or told to other sites. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  Vary: 'Origin, Authorization, X-API-Key',
};

/** How errors are written: problem documents, or OFREP's bodies with a problem's members beside its own. */
export type ErrorStyle = 'problem' | 'ofrep';

/** Turns a problem into its answer. */
export function answerProblem(
  problem: Problem,
  style: ErrorStyle,
  headers: Readonly<Record<string, string>>,
): Response {
  const { retryAfterSeconds } = problem.extras;
  return new Response(JSON.stringify(bodyOf(problem, style)), {
    status: problem.status,
    headers: {
      ...commonHeaders,
      'Content-Type': style === 'ofrep' ? 'application/json' : 'application/problem+json',
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
      ...(problem.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...headers,
    },
  });
}

function bodyOf(problem: Problem, style: ErrorStyle): unknown {
  if (style === 'problem') return problem.toBody();
  return { ...problem.toBody(), ...ofrepCodeOf(problem), errorDetails: problem.message, metadata: {} };
}

/** OFREP names errors of the request only; for the rest its clients go by the status. */
function ofrepCodeOf({ code, extras }: Problem): { readonly errorCode?: string } {
  if (code !== 'invalid') return {};
  // A place inside the body can only be wrong once the body was read.
  return { errorCode: extras.errors === undefined ? 'PARSE_ERROR' : 'INVALID_CONTEXT' };
}
