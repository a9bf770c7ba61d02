import { ownerToken } from '../../src/features/access/index.ts';
import type { Answer, TestApi } from './api.ts';
import { testSecret } from './api.ts';

/** The first owner of tests. */
export const ada = {
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  password: 'notes on the engine',
} as const;

/** Somebody at a browser or a shell: sends what a test says and nothing more, and keeps no cookie on their own. */
export interface Visitor {
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer & { readonly cookies: readonly string[] }>;
}

/** A visitor whose requests come from this address. */
export function visitor(api: Pick<TestApi, 'app'>, address = '192.0.2.1'): Visitor {
  return {
    async call(method, path, body, headers = {}) {
      const response = await api.app.request(
        `/api/v1${path}`,
        {
          method,
          headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        },
        { incoming: { socket: { remoteAddress: address } } },
      );
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        cookies: response.headers.getSetCookie(),
        body: text === '' ? undefined : JSON.parse(text),
      };
    },
  };
}

/** Creates the first owner through the one-time link; answers the `Cookie` header of their session. */
export async function createOwner(api: TestApi): Promise<string> {
  const { status, cookies } = await visitor(api, '192.0.2.99').call('POST', '/owner', {
    ...ada,
    token: ownerToken(testSecret),
  });
  if (status !== 201) throw new Error(`POST /owner answered ${status}`);
  return cookieOf(cookies);
}

/** Signs the first owner in once more. */
export async function signIn(api: TestApi, address = '192.0.2.98'): Promise<string> {
  const { email, password } = ada;
  const { status, cookies } = await visitor(api, address).call('POST', '/session', { email, password });
  if (status !== 201) throw new Error(`POST /session answered ${status}`);
  return cookieOf(cookies);
}

/** What a browser sends back for what it was told to keep. */
export function cookieOf(cookies: readonly string[]): string {
  return cookies.map((cookie) => cookie.split(';', 1)[0]).join('; ');
}

/** What a browser adds to a request that one of our own pages makes. */
export const ownPage = { origin: 'http://localhost', 'sec-fetch-site': 'same-origin' } as const;
