/**
 * Why a link is not live: `network` (unreachable, silent or cut), `unavailable` (answered, but not with what was asked
 * for), `refused` (401 or 403), `revoked` (the key, on an open stream), `malformed` (what came cannot be read),
 * `out_of_sync` (a patch that does not fit what we hold).
 */
export type LinkErrorCode = 'network' | 'unavailable' | 'refused' | 'revoked' | 'malformed' | 'out_of_sync';

/** One failure of a link. The link goes on by itself; this is for people and for logs. */
export class LinkError extends Error {
  readonly code: LinkErrorCode;
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** What `Retry-After` asked for. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: LinkErrorCode,
    message: string,
    more: { status?: number; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.name = 'LinkError';
    this.code = code;
    this.status = more.status;
    this.retryAfterMs = more.retryAfterMs;
  }

  /** True when trying again soon cannot help: the request itself is wrong (4xx), or the key is. */
  get isLasting(): boolean {
    const status = this.status ?? 0;
    return this.isRefusal || (status >= 400 && status < 500 && ![400, 408, 429].includes(status));
  }

  /** True when the key is what was turned away, on whatever route. */
  get isRefusal(): boolean {
    return this.code === 'refused' || this.code === 'revoked';
  }
}
