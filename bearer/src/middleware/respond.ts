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

/** What an error's answer depends on besides the problem. */
export interface ErrorForm {
  readonly style: ErrorStyle;
  readonly headers: Readonly<Record<string, string>>;
  /** The flag that was asked for: OFREP's clients know a failed evaluation by it. */
  readonly flagKey?: string | undefined;
}

/** Turns a problem into its answer. */
export function answerProblem(problem: Problem, form: ErrorForm): Response {
  const { retryAfterSeconds } = problem.extras;
  return new Response(JSON.stringify(bodyOf(problem, form)), {
    status: problem.status,
    headers: {
      ...commonHeaders,
      'Content-Type': form.style === 'ofrep' ? 'application/json' : 'application/problem+json',
      ...(retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) }),
      ...(problem.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}),
      ...form.headers,
    },
  });
}

function bodyOf(problem: Problem, { style, flagKey }: ErrorForm): unknown {
  if (style === 'problem') return problem.toBody();
  const key = flagKey === undefined ? {} : { key: flagKey };
  return {
    ...problem.toBody(),
    ...key,
    ...ofrepCodeOf(problem),
    errorDetails: problem.message,
    metadata: {},
  };
}

/** OFREP names errors of the request only; for the rest its clients go by the status. */
function ofrepCodeOf({ code, extras }: Problem): { readonly errorCode?: string } {
  if (code !== 'invalid') return {};
  // A place inside the body can only be wrong once the body was read.
  return { errorCode: extras.errors === undefined ? 'PARSE_ERROR' : 'INVALID_CONTEXT' };
}
