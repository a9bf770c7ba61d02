import * as z from 'zod';

/**
 * The closed set of problem codes. A code is a promise to programs; titles and details are for people and may change.
 */
export const problemStatuses = {
  invalid: 400,
  unauthorized: 401,
  two_factor_required: 401,
  forbidden: 403,
  origin_not_allowed: 403,
  context_refused: 403,
  not_found: 404,
  method_not_allowed: 405,
  key_taken: 409,
  in_use: 409,
  still_on: 409,
  owner_exists: 409,
  last_owner: 409,
  account_exists: 409,
  stale_revision: 412,
  too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  revision_required: 428,
  confirm: 428,
  rate_limited: 429,
  internal: 500,
  not_ready: 503,
  retryable: 503,
} as const;

/** A stable name for what went wrong. */
export type ProblemCode = keyof typeof problemStatuses;

/** The HTTP status that each code is answered with. */
export type ProblemStatus = (typeof problemStatuses)[ProblemCode];

/** One place in a request that is wrong, and what would be right. */
export const problemErrorSchema = z
  .object({ path: z.string(), message: z.string() })
  .meta({ id: 'ProblemError', examples: [{ path: 'variations[0].key', message: 'must not be empty' }] });
export type ProblemError = z.infer<typeof problemErrorSchema>;

/** Something that holds on to what was to be deleted. */
export const usedBySchema = z
  .object({ kind: z.string(), key: z.string() })
  .loose()
  .meta({ id: 'UsedBy', examples: [{ kind: 'flag', key: 'google-pay' }] });
export type UsedBy = z.infer<typeof usedBySchema>;

/** The body of every error answer: RFC 9457 with a stable `code`. */
export const problemBodySchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
    id: z.string().optional().describe('Of the request, as in `X-Request-Id`: the log names it by that.'),
    errors: z.array(problemErrorSchema).optional(),
    usedBy: z.array(usedBySchema).optional(),
    current: z.unknown().optional(),
  })
  .meta({ id: 'Problem' });
export type ProblemBody = z.infer<typeof problemBodySchema>;

/** What a problem may carry beyond its code and detail. */
export interface ProblemExtras {
  readonly errors?: readonly ProblemError[];
  readonly usedBy?: readonly UsedBy[];
  /** With 412: the resource as it is now. */
  readonly current?: unknown;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/**
 * A problem that the caller must see. Thrown anywhere below an HTTP edge, turned into `application/problem+json` in one
 * place per application.
 *
 * @example throw new Problem('key_taken', 'Cannot create flag "checkout": the key is taken in project "demo"')
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly extras: ProblemExtras;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'Problem';
    this.code = code;
    this.extras = extras;
  }

  get status(): ProblemStatus {
    return problemStatuses[this.code];
  }

  /** The body as it goes over the wire. */
  toBody(): ProblemBody {
    const { errors, usedBy, current } = this.extras;
    return {
      type: `urn:fauna:problem:${this.code}`,
      title: titleOf(this.code),
      status: this.status,
      code: this.code,
      detail: this.message,
      ...(errors === undefined ? {} : { errors: [...errors] }),
      ...(usedBy === undefined ? {} : { usedBy: [...usedBy] }),
      ...(current === undefined ? {} : { current }),
    };
  }
}

function titleOf(code: ProblemCode): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
