import { randomBytes } from 'node:crypto';
import { createManagerApp } from '../../src/app.ts';
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

/** Starts the API. `now` may move in a test's hands. */
export async function createTestApi(now: () => Date = () => new Date()): Promise<TestApi> {
  const test = await createTestDatabase();
  const nudges: (readonly string[])[] = [];
  const logged: unknown[] = [];
  const app = createManagerApp({
    database: test.database,
    adminToken,
    now,
    randomBytes: (size) => randomBytes(size),
    onCommit: (documentIds) => nudges.push(documentIds),
    log: { warn: (...args) => logged.push(args), error: (...args) => logged.push(args) },
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
    app,
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
