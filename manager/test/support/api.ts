import { randomBytes } from 'node:crypto';
import type { ReceivedHeartbeat } from '@fauna-flags/protocol';
import { apiOperations, createManagerApp, type ManagerAppDeps } from '../../src/app.ts';
import { type Access, createAccess, type OidcSettings } from '../../src/features/access/index.ts';
import { LiveFeed } from '../../src/features/live/index.ts';
import { KnownRulesets } from '../../src/features/publishing/index.ts';
import { createWebhooks, type Webhooks } from '../../src/features/webhooks/index.ts';
import type { Database } from '../../src/platform/database/index.ts';
import { noTrustedProxies, type Operation, type Placement } from '../../src/platform/http/index.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { operationOf, undocumented } from './documented.ts';

/** An answer of the API, its body parsed. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies of many shapes and assert on every part they read.
  readonly body: any;
}

/** The whole API over a real database, without a socket. Whatever it answers must be what it is documented to answer. */
export interface TestApi extends TestDatabase {
  readonly app: ReturnType<typeof createManagerApp>;
  readonly operations: readonly Operation[];
  readonly access: Access;
  readonly live: LiveFeed;
  /** Webhooks may lead to this machine. Nothing is sent unless a test asks the dispatcher. */
  readonly webhooks: Webhooks;
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

/** What a test may want to be other than usual. */
export interface TestAppOptions {
  readonly now?: () => Date;
  readonly placement?: Placement;
  readonly onCommit?: (documentIds: readonly string[]) => void;
  /** How bearers do. */
  readonly heartbeats?: () => Promise<readonly ReceivedHeartbeat[]>;
  /** Hears of every answer. */
  readonly onAnswered?: ManagerAppDeps['onAnswered'];
  readonly oidc?: OidcSettings;
}

/** The manager's app over a database, whole or broken. */
export function createTestApp(
  database: Database,
  {
    now = () => new Date(),
    placement = { url: undefined, trustedProxies: noTrustedProxies },
    onCommit = () => {},
    heartbeats = async () => [],
    onAnswered,
    oidc,
  }: TestAppOptions = {},
) {
  const logged: unknown[] = [];
  const log = {
    warn: (...args: unknown[]) => logged.push(args),
    error: (...args: unknown[]) => logged.push(args),
  };
  const world = {
    database,
    now,
    randomBytes: (size: number) => randomBytes(size),
    onCommit,
    known: new KnownRulesets(),
  };
  const access = createAccess({ ...world, secret: testSecret, url: placement.url, oidc, log });
  const live = new LiveFeed({ database, ...access, now: () => performance.now(), log });
  const webhooks = createWebhooks({
    ...world,
    secret: testSecret,
    url: placement.url,
    egress: { isInsecure: true, networks: () => false },
    random: () => 0.5,
    log,
  });
  const deps = {
    ...world,
    webhooks,
    heartbeats,
    alarms: () => [],
    onAnswered,
    adminToken,
    access,
    live,
    placement,
    installation: () => ({ version: '0.0.0', mode: 'all-in-one' as const, example: null }),
    log,
  };
  const { open, guarded } = apiOperations(deps);
  return { app: createManagerApp(deps), operations: [...open, ...guarded], access, live, webhooks, logged };
}

/** Starts the API. `now` may move in a test's hands. */
export async function createTestApi(
  now?: () => Date,
  placement?: Placement,
  oidc?: OidcSettings,
): Promise<TestApi> {
  const test = await createTestDatabase();
  const nudges: (readonly string[])[] = [];
  const { app, operations, access, live, webhooks, logged } = createTestApp(test.database, {
    ...(now === undefined ? {} : { now }),
    ...(placement === undefined ? {} : { placement }),
    ...(oidc === undefined ? {} : { oidc }),
    onCommit: (documentIds) => nudges.push(documentIds),
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
    const answer: Answer = {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
    const operation = operationOf(operations, { method, path });
    const wrong = operation && method !== 'HEAD' ? undocumented(operation, answer) : undefined;
    if (wrong !== undefined) throw new Error(wrong);
    return answer;
  };
  return {
    ...test,
    async close() {
      live.close();
      await test.close();
    },
    app,
    operations,
    access,
    live,
    webhooks,
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
