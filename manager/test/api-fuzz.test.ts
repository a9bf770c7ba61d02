import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenApiDocument } from '../src/features/openapi/index.ts';
import { adminToken, createTestApi, type TestApi } from './support/api.ts';
import { judgeAnswer, type RawAnswer } from './support/fuzz/judge-answer.ts';
import { type FuzzRequest, requestArbitrary } from './support/fuzz/request-arbitrary.ts';
import { ToldWords } from './support/fuzz/told-words.ts';
import { type DocumentedOperation, DocumentSchemas, documentedOperations } from './support/open-api.ts';
import { createPerson } from './support/people.ts';
import { ada, cookieOf, createOwner, ownPage } from './support/visitor.ts';

/** Another run than usual: `FAUNA_FUZZ_SEED=7 FAUNA_FUZZ_REQUESTS=200000`. */
const { FAUNA_FUZZ_SEED = '20260101', FAUNA_FUZZ_REQUESTS = '20000' } = process.env;
const seed = Number(FAUNA_FUZZ_SEED);
const requests = Number(FAUNA_FUZZ_REQUESTS);

/** How many of the operations may never have been answered with success. */
const neverShareMax = 0.2;

/** How many requests are under way at once: what one changes, another may be changing. */
const together = 4;

/** How many requests pass before what others need is put back where it was taken away. */
const repairEvery = 200;

let api: TestApi;
let document: OpenApiDocument;
let operations: ReadonlyMap<string, DocumentedOperation>;
let schemas: DocumentSchemas;
let cookie = '';
let owner: { readonly id: string; readonly name: string; readonly email: string };
beforeAll(async () => {
  api = await createTestApi();
  cookie = await createOwner(api);
  const { items } = await api.must('GET', '/users');
  owner = items.find(({ email }: { email: string }) => email === ada.email);
  document = (await (await api.app.request('/api/openapi.json')).json()) as OpenApiDocument;
  operations = new Map(documentedOperations(document).map((each) => [each.is.operationId, each]));
  schemas = new DocumentSchemas(document);
  await repair();
});
afterAll(() => api.close());

/** What answers have told of. */
const told = new ToldWords();

const succeeded = new Set<string>();
const counts = new Map<number, number>();

describe('the management API', () => {
  it(`answers ${requests} requests that its document makes up as the document promises`, async () => {
    const atOnce = fc.array(requestArbitrary(document, [...operations.values()]), {
      minLength: together,
      maxLength: together,
    });
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(atOnce, async (batch) => {
        if (sent % repairEvery === 0) await repair();
        sent += batch.length;
        await Promise.all(batch.map(ask));
      }),
      // A smaller case would be asked of another state of the database, and might tell of something else.
      { numRuns: requests / together, seed, endOnFailure: true },
    );
    expect(api.logged).toEqual([]);
    // It came through to where answers are made. What is left takes what chance does not have: a right password, a code.
    const never = [...operations.keys()].filter((id) => !succeeded.has(id));
    expect(never.length, `never done: ${never.join(', ')}`).toBeLessThan(operations.size * neverShareMax);
    for (const status of [200, 201, 204, 400, 401, 404, 409, 412, 413, 415, 422, 428])
      expect([status, counts.get(status) ?? 0]).toEqual([status, expect.toSatisfy((count) => count > 5)]);
  }, 900_000);

  it('would be caught answering otherwise', () => {
    const [create] = [...operations.values()].filter(({ is }) => is.operationId === 'createProject');
    if (create === undefined) throw new Error('There is no operation createProject');
    const judged = (status: number, body: unknown, type = 'application/json') =>
      judgeAnswer(document, schemas, create, {
        status,
        headers: new Headers({ 'content-type': type, etag: '"1"' }),
        text: JSON.stringify(body),
      });
    const good = create.is.responses[201].content['application/json'].example;
    expect(judged(201, good)).toBeUndefined();
    expect(judged(200, good)).toContain('200 is not among');
    expect(judged(201, { ...good, secret: 1 })).toContain('does not fit');
    expect(judged(201, { ...good, revision: 2 })).toContain('ETag');
    expect(judged(201, good, 'text/html')).toContain('"text/html" is not among');
    expect(judged(500, {})).toContain('500 is no answer');
    const problem = { type: 'x', title: 'x', status: 409, code: 'in_use', detail: 'x' };
    expect(judged(409, { ...problem, code: 'key_taken' }, 'application/problem+json')).toBeUndefined();
    expect(judged(409, problem, 'application/problem+json')).toContain('does not fit');
  });
});

/** Asks, and fails with the whole request when the answer is not one that the document promises. */
async function ask(request: FuzzRequest): Promise<void> {
  const operation = operations.get(request.operation);
  if (operation === undefined) throw new Error(`There is no operation ${request.operation}`);
  const answer = await send(request);
  const wrong = judgeAnswer(document, schemas, operation, answer);
  if (wrong !== undefined) {
    const what = JSON.stringify(request).slice(0, 4_000);
    throw new Error(
      `${wrong}\nAsked (FAUNA_FUZZ_SEED=${seed}): ${what}\nAnswered: ${answer.text.slice(0, 2_000)}`,
    );
  }
  await remember(request, answer);
}

/** Sends a request as it stands in a failure, with what answers have told in its places. */
async function send({ method, path, headers, body, as }: FuzzRequest): Promise<RawAnswer> {
  const credentials: Record<FuzzRequest['as'], Record<string, string>> = {
    admin: { authorization: `Bearer ${adminToken}` },
    owner: { cookie, ...ownPage },
    nobody: {},
  };
  const request = new Request(`http://localhost${told.fillIn(path)}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...encodable(headers),
      ...credentials[as],
    },
    ...(body === undefined || method === 'GET' ? {} : { body: told.fillIn(body) }),
  });
  const response = await api.app.fetch(request);
  if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
    await response.body?.cancel();
    return { status: response.status, headers: response.headers, text: '' };
  }
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** Headers as a socket carries them: bytes. */
function encodable(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('latin1')]),
  );
}

async function remember(
  { operation, path, as }: FuzzRequest,
  { status, headers, text }: RawAnswer,
): Promise<void> {
  counts.set(status, (counts.get(status) ?? 0) + 1);
  // Signing out, and a new password, end the session; the next requests of its owner want another.
  if (as === 'owner' && (status === 401 || endingSessions.has(operation))) cookie = await openSession();
  if (status >= 300) return;
  succeeded.add(operation);
  if (operation === 'deleteProject') await repair();
  if (headers.get('content-type') === 'application/json') told.hear(path, JSON.parse(text));
}

const endingSessions = new Set([
  'signOut',
  'changePassword',
  'endSession',
  'endUserSessions',
  'resetPassword',
]);

/** Signs the owner in without a password, which the requests may have changed; where they have deleted the owner, another. */
async function openSession(): Promise<string> {
  const { status } = await api.call('GET', `/users/${owner.id}`);
  if (status === 404) {
    const email = `owner-${randomUUID()}@example.com`;
    const next = await createPerson(api, { email, isOwner: true });
    owner = next.user;
    return next.cookie;
  }
  // Requests that end every session of the owner count it up.
  const { rows } = await api.database.pool.query('SELECT session_epoch FROM users WHERE id = $1', [owner.id]);
  const { setCookies } = await api.access.signInAs(
    { user: owner, sessionEpoch: rows[0].session_epoch },
    { address: '192.0.2.1', userAgent: 'fuzz' },
  );
  return cookieOf(setCookies);
}

/** Puts back what most requests need. What is there already stays as it has become. */
async function repair(): Promise<void> {
  const make = (path: string, body: unknown) =>
    api.app.request(`/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  await make('/projects', { key: 'shop', name: 'Shop' });
  for (const key of ['production', 'staging', 'development', 'qa'])
    await make('/projects/shop/environments', { key, name: key });
  await make('/projects/shop/environments/production/sdk-keys', { name: 'Web', kind: 'client' });
  await make('/projects/shop/invitations', { role: 'viewer' });
  for (const [key, type] of Object.entries({
    state: 'string',
    student: 'boolean',
    plan: 'string',
    age: 'number',
  }))
    await make('/projects/shop/attributes', { key, type });
  const match = { combine: 'all', conditions: [{ attribute: 'student', operator: 'is', values: [true] }] };
  for (const key of ['students', 'payers']) await make('/projects/shop/audiences', { key, name: key, match });
  for (const key of ['google-pay', 'one-page', 'gift-cards'])
    await make('/projects/shop/flags', { key, name: key, kind: 'boolean' });
  for (const key of ['google-pay', 'search-engine'])
    await make(`/projects/shop/flags/${key}/restore`, undefined);
  const variations = [
    { key: 'classic', value: 'classic' },
    { key: 'semantic', value: 'semantic' },
  ];
  await make('/projects/shop/flags', { key: 'search-engine', name: 'Search', kind: 'string', variations });
}
