import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createScriptedBearer,
  createVirtualTime,
  openScriptedStream,
  type ScriptedStream,
} from '@fauna-flags/core/link';
import { attribute, audience, flag, inAudience, ruleset } from '@fauna-flags/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServerClient, type ServerClientOptions } from './server-client.ts';

const p1 = '1-1-aaaaaaaa';
const p2 = '1-2-bbbbbbbb';
const p3 = '1-3-cccccccc';

const student = { key: 'u1', state: 'Washington', student: true };
const guest = { key: 'u2', state: 'California' };

const students = audience(attribute('student', 'is', [true]));
const everyone = audience(attribute('state', 'exists'));
const pay = flag('pay').on().rule('r1', inAudience('students')).serve('off');
const first = ruleset(
  pay,
  flag('copy').on().variations({ long: 'Welcome back', short: 'Hi' }),
  flag('coast')
    .on()
    .rule('r2', attribute('state', 'matches', ['^(Cal|Wash)']))
    .serve('off'),
  { attributes: { state: 'string', student: 'boolean' }, audiences: { students } },
);

/** A server client in virtual time, with a server that is down or whose streams are the test's to answer. */
function create({ isDown = false, ...options }: Partial<ServerClientOptions> & { isDown?: boolean } = {}) {
  const time = createVirtualTime();
  const streams: ScriptedStream[] = [];
  const bearer = createScriptedBearer(time.now, (request) => {
    if (isDown || !request.url.endsWith('/stream/server')) throw new Error('unreachable');
    const stream = openScriptedStream();
    streams.push(stream);
    return stream.response;
  });
  const client = createServerClient({
    url: 'http://bearer',
    key: 'fauna_srv_1',
    platform: { fetch: bearer.fetch, now: time.now, setTimer: time.setTimer, random: () => 0.5 },
    ...options,
  });
  const heard: (readonly string[])[] = [];
  client.on('change', ({ changed }) => heard.push([...changed].sort()));
  const send = async (type: string, data: unknown) => {
    streams.at(-1)?.send(type, data);
    await time.advance(0);
  };
  return { client, time, bearer, streams, heard, send };
}

describe('createServerClient()', () => {
  it('asks for the ruleset and evaluates it here, with regular expressions', async () => {
    const { client, time, bearer, send, heard } = create();
    expect(client.details('pay', student, false)).toEqual({
      value: false,
      reason: 'ERROR',
      errorCode: 'PROVIDER_NOT_READY',
    });
    await time.advance(0);
    await send('put', { ...first, position: p1 });
    await client.ready();
    expect(bearer.requests).toMatchObject([
      { method: 'GET', url: 'http://bearer/stream/server', body: undefined },
    ]);
    expect([client.get('pay', student, false), client.get('pay', guest, true)]).toEqual([true, false]);
    expect(client.details('pay', student, false)).toEqual({
      value: true,
      variation: 'on',
      reason: 'RULE',
      ruleId: 'r1',
      position: p1,
    });
    expect([client.get('coast', guest, false), client.get('coast', { state: 'Oregon' }, true)]).toEqual([
      true,
      false,
    ]);
    expect(client.details('copy', guest, 7)).toMatchObject({ value: 7, errorCode: 'TYPE_MISMATCH' });
    expect(client.details('absent', guest, null)).toMatchObject({ value: null, errorCode: 'FLAG_NOT_FOUND' });
    expect(Object.keys(client.all(student)).sort()).toEqual(['coast', 'copy', 'pay']);
    expect(heard).toEqual([['coast', 'copy', 'pay']]);
    expect(client.status).toEqual({ state: 'live', position: p1, ageMs: 0 });
  });

  it('takes patches of flags and audiences, and names the flags that they affect', async () => {
    const { client, time, send, heard } = create();
    await time.advance(0);
    await send('put', { ...first, position: p1 });
    await send('patch', {
      position: p2,
      version: 2,
      flags: {},
      audiences: { students: everyone },
      removed: ['copy'],
    });
    expect([client.get('pay', guest, false), client.get('copy', guest, 'gone')]).toEqual([true, 'gone']);
    await send('patch', { position: p3, version: 3, flags: { pay: pay.off().build() }, removed: [] });
    expect([client.get('pay', student, true), client.status.position]).toEqual([false, p3]);
    expect(heard.slice(1)).toEqual([['copy', 'pay'], ['pay']]);
  });

  it('keeps its ruleset when what comes is none, and asks again from where it stands', async () => {
    const { client, time, bearer, send } = create();
    await time.advance(0);
    await send('put', { ...first, position: p1 });
    await send('put', { position: p2, flags: {} });
    expect(client.get('pay', student, false)).toBe(true);
    expect(client.status).toMatchObject({ state: 'cached', position: p1, error: { code: 'malformed' } });
    await time.advance(1_000);
    expect(bearer.requests.at(-1)?.headers['last-event-id']).toBe(p1);
  });

  it('serves the other flags when one cannot be read', async () => {
    const { client, time, send } = create();
    await time.advance(0);
    await send('put', { ...first, position: p1, flags: { ...first.flags, broken: { enabled: 'yes' } } });
    expect(client.get('pay', student, false)).toBe(true);
    expect(client.details('broken', student, 1)).toMatchObject({ value: 1, errorCode: 'MALFORMED' });
  });

  it('never throws, whatever the context', async () => {
    const { client, time, send } = create();
    await time.advance(0);
    await send('put', { ...first, position: p1 });
    const contexts: unknown[] = [
      null,
      undefined,
      1,
      [],
      { hasOwnProperty: 1 },
      { state: 7, student: 'x' },
      { key: {} },
    ];
    for (const context of contexts) {
      expect(client.get('pay', context as never, true)).toBe(false);
      expect(Object.keys(client.all(context as never))).toHaveLength(3);
    }
  });

  it('is ready after its time-out when the server is down, and serves defaults', async () => {
    const { client, time } = create({ isDown: true });
    let isReady = false;
    void client.ready().then(() => {
      isReady = true;
    });
    await time.advance(4_999);
    expect(isReady).toBe(false);
    await time.advance(1);
    expect([isReady, client.get('pay', student, 'default'), client.all(student)]).toEqual([
      true,
      'default',
      {},
    ]);
    expect(client.status).toMatchObject({ state: 'offline', error: { code: 'network' } });
  });

  it('polls the ruleset where no stream comes through', async () => {
    const time = createVirtualTime();
    const bearer = createScriptedBearer(time.now, ({ url, headers }) => {
      if (url.endsWith('/stream/server')) return new Response('', { status: 502 });
      if (headers['if-none-match'] === `"${p1}"`) return new Response(null, { status: 304 });
      return new Response(JSON.stringify(first), {
        headers: { 'content-type': 'application/json', etag: `"${p1}"` },
      });
    });
    const client = createServerClient({
      url: 'http://b',
      key: 'k',
      platform: { ...time, fetch: bearer.fetch },
    });
    await time.advance(50_000);
    expect([client.get('pay', student, false), client.status.state]).toEqual([true, 'polling']);
    expect(bearer.polls.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, `"${p1}"`]);
    client.close();
  });
});

describe('cacheFile', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fauna-node-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('serves the last ruleset from the first line on, with the server down, and resumes from there', async () => {
    const cacheFile = join(folder, 'ruleset.json');
    const earlier = create({ cacheFile });
    await earlier.time.advance(0);
    await earlier.send('put', { ...first, position: p1 });
    await earlier.send('patch', { position: p2, version: 2, flags: { pay: pay.off().build() } });
    await earlier.client.close();
    const { client, time, bearer } = create({ cacheFile, isDown: true });
    expect([client.get('pay', student, true), client.get('copy', student, ''), client.status.state]).toEqual([
      false,
      'Welcome back',
      'cached',
    ]);
    await client.ready();
    await time.advance(0);
    expect(bearer.requests[0]?.headers['last-event-id']).toBe(p2);
  });

  it('starts without it when the file holds anything else', async () => {
    const cacheFile = join(folder, 'ruleset.json');
    const earlier = create({ cacheFile });
    await earlier.time.advance(0);
    await earlier.send('put', { ...first, position: p1 });
    await earlier.client.close();
    const other = create({ cacheFile, key: 'fauna_srv_2', isDown: true });
    expect(other.client.status.state).toBe('offline');
    await writeFile(cacheFile, '{"half":');
    const { client, time, bearer, send } = create({ cacheFile });
    await time.advance(0);
    expect(bearer.requests[0]?.headers).not.toHaveProperty('last-event-id');
    await send('put', { ...first, position: p1 });
    expect(client.get('pay', student, false)).toBe(true);
  });

  it('reports a file that cannot be written, and goes on', async () => {
    const { client, time, send } = create({ cacheFile: join(folder, 'no', 'such', 'file') });
    const failed = new Promise((resolve) => client.on('error', resolve));
    await time.advance(0);
    await send('put', { ...first, position: p1 });
    expect(await failed).toMatchObject({ code: 'ENOENT' });
    expect([client.get('pay', student, false), client.status.state]).toEqual([true, 'live']);
  });
});
