import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenApiDocument } from '../src/features/openapi/index.ts';
import { adminToken, createTestApi, type TestApi } from './support/api.ts';
import {
  expectedRights,
  type Pass,
  type Place,
  suspiciousDeclaration,
} from './support/matrix/expected-rights.ts';
import { type DocumentedOperation, documentedOperations } from './support/open-api.ts';
import { createPerson, type Person } from './support/people.ts';
import { cookieOf, ownPage } from './support/visitor.ts';

/** A pass with the headers that carry it. */
interface CarriedPass extends Pass {
  headers: Readonly<Record<string, string>>;
  /** Whose session it is, to begin another one when a request has ended it. */
  readonly person?: Person;
}

const places: readonly Place[] = ['own', 'foreign', 'missing'];
const projectAt: Readonly<Record<Place, string>> = { own: 'own', foreign: 'foreign', missing: 'missing' };

let now = new Date('2030-01-01T00:00:00Z');
let api: TestApi;
let document: OpenApiDocument;
let operations: readonly DocumentedOperation[];
let passes: readonly CarriedPass[];
beforeAll(async () => {
  api = await createTestApi(() => now);
  for (const key of ['own', 'foreign']) await api.must('POST', '/projects', { key, name: key });
  document = (await (await api.app.request('/api/openapi.json')).json()) as OpenApiDocument;
  operations = documentedOperations(document);
  passes = await makePasses();
});
afterAll(() => api.close());

describe('rights', () => {
  it('S-34 S-03 are what the document says, for every operation, role, kind of credential and project', async () => {
    const wrong: string[] = [];
    let asked = 0;
    for (const operation of operations) {
      for (const pass of passes) {
        for (const place of placesOf(operation)) {
          const found = await violation(operation, pass, place);
          if (found !== undefined) wrong.push(found);
          asked += 1;
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(3_000);
  }, 300_000);

  it('S-38 tell of a foreign project what they tell of one that is none', async () => {
    const inProjects = operations.filter(({ path }) => path.includes('{project}'));
    const outside = passes.filter((pass) => pass.kind !== 'none' && pass.everywhere === undefined);
    expect([inProjects.length > 50, outside.length > 8]).toEqual([true, true]);
    for (const operation of inProjects) {
      for (const pass of outside) {
        const [foreign, missing] = await Promise.all([
          ask(operation, pass, 'foreign'),
          ask(operation, pass, 'missing'),
        ]);
        const said = {
          ...foreign.body,
          id: '',
          detail: foreign.body.detail.replaceAll('foreign', 'missing'),
        };
        expect([operation.is.operationId, pass.name, foreign.status, said]).toEqual([
          operation.is.operationId,
          pass.name,
          missing.status,
          { ...missing.body, id: '' },
        ]);
      }
    }
  }, 120_000);

  it('are declared for what each operation is about', () => {
    const found = operations.flatMap((operation) =>
      suspiciousDeclaration(operation).map((what) => `${operation.is.operationId}: ${what}`),
    );
    expect(found).toEqual([]);
  });

  it.each([
    ['deleteFlag', 'flag.read', 'who may read may change'],
    ['deleteFlag', 'audience.write', 'is about something else'],
    ['createSdkKey', 'environment.write', 'is about something else'],
    ['deleteProject', 'somebody', 'no permission is asked for in a project'],
    ['deleteUser', 'session', 'anybody may change what is not theirs'],
    ['listUsers', 'anyone', 'anyone may ask'],
    ['getFlag', 'flag.write', 'reading takes more than reading'],
  ])('would be caught where %s were declared as %s', (id, needs, what) => {
    const { method, path, is } = operationBy(id);
    const declared = { method, path, is: { ...is, 'x-permission': needs } };
    expect(suspiciousDeclaration(declared).join()).toContain(what);
  });

  it('would be caught where an operation let in whom the document keeps out, or the other way round', async () => {
    const viewer = passBy('session of a viewer');
    const { is, ...readProject } = operationBy('getProject');
    const stricter = { ...readProject, is: { ...is, 'x-permission': 'project.write' } };
    expect(await violation(stricter, viewer, 'own')).toContain('expected 403, was answered 200');
    const createFlag = operationBy('createFlag');
    const looser = { ...createFlag, is: { ...createFlag.is, 'x-permission': 'flag.read' } };
    expect(await violation(looser, viewer, 'own')).toContain('expected in, was answered 403');
    const open = { ...createFlag, is: { ...createFlag.is, 'x-permission': 'somebody' } };
    expect(await violation(open, passBy('session of nobody here'), 'foreign')).toContain('was answered 404');
  });
});

/** Why an answer is not what the document promises about rights; `undefined` where it is. */
async function violation(
  operation: DocumentedOperation,
  pass: CarriedPass,
  place: Place,
): Promise<string | undefined> {
  const { is } = operation;
  const expected = expectedRights(document, operation, pass, place);
  const { status, body } = await ask(operation, pass, place);
  const isRefused = status === 401 || status === 403;
  const isStranger = body?.detail === `Cannot find project "${projectAt[place]}"` && place !== 'missing';
  const isAsExpected =
    status < 500 &&
    (expected === 'in'
      ? is['x-permission'] === 'anyone' || (!isRefused && !isStranger)
      : status === expected);
  if (isAsExpected) return undefined;
  return `${is.operationId} with the ${pass.name} in ${place}: expected ${expected}, was answered ${status} ${body?.detail ?? ''}`;
}

/**
 * Asks with what does nothing even where it is let in: of things that are not there, without a revision, and with a body that
 * no operation takes. Rights are asked for before any of that is looked at.
 */
async function ask({ method, path, is }: DocumentedOperation, pass: CarriedPass, place: Place) {
  const filled = path
    .replace('{project}', projectAt[place])
    .replace('{environment}', 'production')
    .replaceAll(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000');
  const response = await api.app.request(filled, {
    method,
    headers: { ...pass.headers, ...(is.requestBody ? { 'content-type': 'application/json' } : {}) },
    ...(is.requestBody ? { body: '"nothing"' } : {}),
  });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (isStream) await response.body?.cancel();
  const text = isStream ? '' : await response.text();
  if (method !== 'GET' && is['x-permission'] === 'session' && pass.person !== undefined && response.ok)
    pass.headers = await sessionOf(pass.person);
  const isProblem = response.headers.get('content-type') === 'application/problem+json';
  return { status: response.status, body: isProblem ? JSON.parse(text) : undefined };
}

function placesOf({ path }: DocumentedOperation): readonly Place[] {
  return path.includes('{project}') ? places : ['own'];
}

function operationBy(id: string): DocumentedOperation {
  const found = operations.find(({ is }) => is.operationId === id);
  if (found === undefined) throw new Error(`There is no operation ${id}`);
  return found;
}

function passBy(name: string): CarriedPass {
  const found = passes.find((pass) => pass.name === name);
  if (found === undefined) throw new Error(`There is no ${name}`);
  return found;
}

async function sessionOf({ user }: Person): Promise<Readonly<Record<string, string>>> {
  const { setCookies } = await api.access.signInAs(
    { user, sessionEpoch: 0 },
    { address: '192.0.2.50', userAgent: 'test' },
  );
  return { cookie: cookieOf(setCookies), ...ownPage };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** One pass of every kind for everybody, and everything that opens nothing here. */
async function makePasses(): Promise<readonly CarriedPass[]> {
  const made: CarriedPass[] = [
    { name: 'admin token', kind: 'token', everywhere: 'owner', headers: bearer(adminToken) },
  ];
  for (const rank of ['owner', 'admin', 'editor', 'viewer', undefined] as const) {
    const person = await createPerson(api, {
      email: `${rank ?? 'nobody'}@example.com`,
      isOwner: rank === 'owner',
      roles: rank === undefined || rank === 'owner' ? {} : { own: rank },
    });
    const who = rank === undefined ? 'nobody here' : `${/^[aeo]/.test(rank) ? 'an' : 'a'} ${rank}`;
    const rights = rank === 'owner' ? { everywhere: rank } : rank === undefined ? {} : { inOwn: rank };
    const make = async (body: object): Promise<string> => {
      const { status, body: answer } = await person.call('POST', '/tokens', {
        name: 'T',
        role: rank ?? 'viewer',
        ...body,
      });
      if (status !== 201) throw new Error(JSON.stringify(answer));
      return answer.token;
    };
    const ended = await make({ expiresAt: '2030-01-02' });
    made.push(
      { name: `session of ${who}`, kind: 'session', ...rights, headers: await sessionOf(person), person },
      { name: `token of ${who}`, kind: 'token', ...rights, headers: bearer(await make({})) },
      { name: `expired token of ${who}`, kind: 'none', headers: bearer(ended) },
    );
    if (rank === undefined) continue;
    // A token for one project is an admin's at most, whoever has made it.
    const inOwn = rank === 'owner' ? 'admin' : rank;
    const headers = bearer(await make({ project: 'own', role: inOwn }));
    made.push({ name: `token of ${who} for one project`, kind: 'token', inOwn, headers });
    const reader = bearer(await make({ role: 'viewer', project: 'own' }));
    made.push({
      name: `reading token of ${who} for one project`,
      kind: 'token',
      inOwn: 'viewer',
      headers: reader,
    });
  }
  const keys = '/projects/own/environments/production/sdk-keys';
  const client = await api.must('POST', keys, { name: 'Web', kind: 'client' });
  const server = await api.must('POST', keys, { name: 'Server', kind: 'server' });
  const gone = await api.must('POST', '/tokens', { name: 'gone', role: 'owner' });
  await api.must('DELETE', `/tokens/${gone.id}`, undefined, { 'if-match': '*' });
  // From here on, what ends on the second day has ended.
  now = new Date('2030-01-03T00:00:00Z');
  for (const pass of made) if (pass.person !== undefined) pass.headers = await sessionOf(pass.person);
  const nothing: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'nothing at all': {},
    'deleted token': bearer(gone.token),
    'SDK client key': bearer(client.key),
    'SDK server key': bearer(server.key),
    'SDK server key as X-API-Key': { 'x-api-key': server.key },
    'token of bearers': bearer('fauna-bearer-token-0123456789abcdef'),
    'admin token with one letter more': bearer(`${adminToken}x`),
    'token that nobody made': bearer(`fauna_mgr_${'A'.repeat(49)}`),
    garbage: bearer('__proto__'),
    'admin token in another scheme': { authorization: `Basic ${adminToken}` },
    'session that nobody has': { cookie: 'fauna_session=nonsense.nonsense', ...ownPage },
  };
  return [
    ...made,
    ...Object.entries(nothing).map(([name, headers]) => ({ name, kind: 'none' as const, headers })),
  ];
}
