import { randomBytes } from 'node:crypto';
import { createManagerApp } from '../../src/app.ts';
import { type Access, createAccess } from '../../src/features/access/index.ts';
import { LiveFeed } from '../../src/features/live/index.ts';
import { noTrustedProxies, type Placement } from '../../src/platform/http/index.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

/** An answer of the API, its body parsed. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies of many shapes and assert on every part they read.
  readonly body: any;
}

/** The whole API over a real database, without a socket. */
export interface TestApi extends TestDatabase {
  readonly app: ReturnType<typeof createManagerApp>;
  readonly access: Access;
  readonly live: LiveFeed;
  /** What each commit nudged the publisher with. */
  readonly nudges: (readonly string[])[];
  readonly logged: unknown[];
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The same, but fails loudly unless the answer is a success; answers its body. */
  must(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer['body']>;
}

/** The token that `call` sends unless told otherwise. */
export const adminToken = 'test-admin-token';

/** The installation's secret in tests. */
export const testSecret = 'a-secret-of-tests-that-is-long-enough';

/** Starts the API. `now` may move in a test's hands. */
export async function createTestApi(
  now: () => Date = () => new Date(),
  placement: Placement = { url: undefined, trustedProxies: noTrustedProxies },
): Promise<TestApi> {
  const test = await createTestDatabase();
  const randomBytesOf = (size: number) => randomBytes(size);
  const access = createAccess({
    database: test.database,
    now,
    randomBytes: randomBytesOf,
    secret: testSecret,
    url: placement.url,
  });
  const nudges: (readonly string[])[] = [];
  const logged: unknown[] = [];
  const log = {
    warn: (...args: unknown[]) => logged.push(args),
    error: (...args: unknown[]) => logged.push(args),
  };
  const live = new LiveFeed({
    database: test.database,
    sessions: access.sessions,
    now: () => performance.now(),
    log,
  });
  const app = createManagerApp({
    database: test.database,
    adminToken,
    access,
    live,
    placement,
    installation: () => ({ version: '0.0.0', mode: 'all-in-one', example: null }),
    now,
    randomBytes: randomBytesOf,
    onCommit: (documentIds) => nudges.push(documentIds),
    log,
  });

  const call: TestApi['call'] = async (method, path, body, headers = {}) => {
    const response = await app.request(`/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${adminToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
  return {
    ...test,
    async close() {
      live.close();
      await test.close();
    },
    app,
    access,
    live,
    nudges,
    logged,
    call,
    async must(method, path, body, headers) {
      const { status, body: answer } = await call(method, path, body, headers);
      if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(answer)}`);
      return answer;
    },
  };
}

/** Any revision will do. */
export const anyRevision = { 'if-match': '*' };
