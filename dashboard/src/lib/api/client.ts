import { readProblem, unreachable } from './problem.ts';

/** What a request may say beside its path and body. */
export interface RequestOptions {
  /** The revision that a change was made on; sent as `If-Match`. */
  readonly revision?: number | '*' | undefined;
  /** The key of the environment that the person confirmed to change; sent as `X-Confirm`. */
  readonly confirm?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * The management API. Paths are relative to `/api/v1`; build them with `path`, which escapes. Every error is an
 * ApiProblem, also when there was no answer. What is answered is trusted to have the type that the caller names: it is
 * the same release of the same server that served this page.
 */
export const api = {
  get: <Answer>(path: string, options: RequestOptions & { readonly query?: Query | undefined } = {}) =>
    send<Answer>('GET', withQuery(path, options.query), undefined, options),
  post: <Answer>(path: string, body?: object, options?: RequestOptions) =>
    send<Answer>('POST', path, body, options),
  put: <Answer>(path: string, body: object, options?: RequestOptions) =>
    send<Answer>('PUT', path, body, options),
  patch: <Answer>(path: string, body: object, options?: RequestOptions) =>
    send<Answer>('PATCH', path, body, options),
  delete: (path: string, options?: RequestOptions, body?: object) =>
    send<void>('DELETE', path, body, options),
};

let unauthorized: () => void = () => {};
let forbidden: () => void = () => {};

/** Tells whenever an answer says that nobody is signed in, to a read or to a change, until another one wants to be told. */
export function whenUnauthorized(tell: () => void): void {
  unauthorized = tell;
}

/** Tells whenever an answer says that whoever asks may not, until another one wants to be told. */
export function whenForbidden(tell: () => void): void {
  forbidden = tell;
}

/**
 * A path whose parts are escaped, so that no key can reach into another resource.
 *
 * @example path`/projects/${project}/flags/${flag}`
 */
export function path(texts: TemplateStringsArray, ...parts: readonly string[]): string {
  return texts.reduce((whole, text, index) => whole + encodeURIComponent(parts[index - 1] ?? '') + text);
}

async function send<Answer>(
  method: string,
  where: string,
  body: object | undefined,
  { revision, confirm, signal }: RequestOptions = {},
): Promise<Answer> {
  const headers = new Headers({ accept: 'application/json' });
  if (body !== undefined) headers.set('content-type', 'application/json');
  if (revision !== undefined) headers.set('if-match', revision === '*' ? '*' : `"${revision}"`);
  if (confirm !== undefined) headers.set('x-confirm', confirm);
  const request: RequestInit = { method, headers, credentials: 'same-origin' };
  if (body !== undefined) request.body = JSON.stringify(body);
  if (signal !== undefined) request.signal = signal;
  const response = await fetch(`/api/v1${where}`, request).catch((error: unknown) => {
    // An aborted request is nobody's problem; who aborted it knows.
    throw signal?.aborted ? error : unreachable(error);
  });
  if (response.status === 401) unauthorized();
  if (response.status === 403) forbidden();
  if (!response.ok) throw await readProblem(response);
  return response.status === 204 ? (undefined as Answer) : ((await response.json()) as Answer);
}

function withQuery(where: string, query: Query | undefined): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '');
  if (given.length === 0) return where;
  return `${where}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
