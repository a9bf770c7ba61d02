import type { ProblemBody, ProblemError, UsedBy } from '@fauna-flags/protocol';

/** An answer of the API that is an error, or no answer at all (`status` 0, `code` `unreachable`). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  /** Which fields are wrong, by their path in the request's body. */
  readonly errors: readonly ProblemError[];
  /** With `in_use`: what holds on to the thing. */
  readonly usedBy: readonly UsedBy[];
  /** With 412: the resource as it is now. */
  readonly current: unknown;
  readonly retryAfterSeconds: number | undefined;

  constructor({ status, code, detail, errors, usedBy, current, retryAfterSeconds, cause }: ProblemParts) {
    super(detail, cause === undefined ? undefined : { cause });
    this.name = 'ApiProblem';
    this.status = status;
    this.code = code;
    this.errors = errors ?? [];
    this.usedBy = usedBy ?? [];
    this.current = current;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

interface ProblemParts extends Pick<ProblemBody, 'status' | 'code' | 'detail'> {
  readonly errors?: readonly ProblemError[] | undefined;
  readonly usedBy?: readonly UsedBy[] | undefined;
  readonly current?: unknown;
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

/** What a taken key means to whoever fills a form in: one more field that is wrong. */
const keyTaken: ProblemError = { path: 'key', message: 'This key is taken: choose another one' };

/** Reads an answer that is not ok. A proxy on the way may answer with anything, so nothing is taken for granted. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const body = await readBody(response);
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiProblem({
    status: response.status,
    code: typeof body.code === 'string' ? body.code : 'unknown',
    detail:
      typeof body.detail === 'string' ? body.detail : `The server answered ${response.status} and no reason`,
    errors: Array.isArray(body.errors) ? body.errors : body.code === 'key_taken' ? [keyTaken] : undefined,
    usedBy: Array.isArray(body.usedBy) ? body.usedBy : undefined,
    current: body.current,
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
  });
}

/** The problem of a request that got no answer. */
export function unreachable(cause: unknown): ApiProblem {
  return new ApiProblem({
    status: 0,
    code: 'unreachable',
    detail: 'Fauna cannot be reached. Check your connection; nothing was lost here',
    cause,
  });
}

/** The problem that something thrown is; what is no problem of the API is a defect here, and says so. */
export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new ApiProblem({ status: 0, code: 'unknown', detail, cause: error });
}

/** What is wrong with one field: the message at exactly this path, if any. */
export function errorAt(errors: readonly ProblemError[], path: string): string | undefined {
  return errors.find((error) => error.path === path)?.message;
}

/**
 * The errors below a path, with the path cut off, so that an editor of a part needs not know where the part lies.
 *
 * @example errorsBelow([{ path: 'rules[0].serve', message }], 'rules[0]') // [{ path: 'serve', message }]
 */
export function errorsBelow(errors: readonly ProblemError[], path: string): readonly ProblemError[] {
  return errors.flatMap((error) => {
    if (error.path === path) return [{ ...error, path: '' }];
    const rest = error.path.startsWith(path) ? error.path.slice(path.length) : '';
    return rest.startsWith('.') || rest.startsWith('[') ? [{ ...error, path: rest.replace(/^\./, '') }] : [];
  });
}

async function readBody(response: Response): Promise<Partial<ProblemBody>> {
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? body : {};
  } catch {
    return {};
  }
}
