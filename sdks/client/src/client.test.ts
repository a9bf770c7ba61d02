import {
  createScriptedBearer,
  createVirtualTime,
  openScriptedStream,
  type ScriptedRequest,
  type ScriptedStream,
} from '@fauna-flags/core/link';
import { describe, expect, it } from 'vitest';
import { createClient } from './client.ts';
import type { ClientOptions } from './options.ts';
import type { StorageLike } from './state-cache.ts';

const p1 = '1-1-aaaaaaaa';
const p2 = '1-2-bbbbbbbb';
const on = { value: true, variation: 'on', reason: 'RULE' } as const;
const off = { value: false, variation: 'off', reason: 'OFF' } as const;

const contextOf = (request: ScriptedRequest) => JSON.parse(request.body ?? '{}').context;

/** Storage that behaves like localStorage, and can be told to be full. */
function createStorage() {
  const items = new Map<string, string>();
  const storage = {
    isFull: false,
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem(key: string, value: string) {
      if (storage.isFull) throw new Error('QuotaExceededError');
      items.set(key, value);
    },
  };
  return storage;
}

/** A client in virtual time, with a server that is down or whose streams are the test's to answer. */
function create({ isDown = false, ...options }: Partial<ClientOptions> & { isDown?: boolean } = {}) {
  const time = createVirtualTime();
  const streams: ScriptedStream[] = [];
  const server = { isDown };
  const bearer = createScriptedBearer(time.now, (request) => {
    if (server.isDown || !request.url.endsWith('/stream/client')) throw new Error('unreachable');
    const stream = openScriptedStream();
    streams.push(stream);
    return stream.response;
  });
  const client = createClient({
    url: 'http://bearer/',
    key: 'fauna_cli_1',
    storage: null,
    platform: { fetch: bearer.fetch, now: time.now, setTimer: time.setTimer, random: () => 0.5 },
    ...options,
  });
  const latest = () => {
    const stream = streams.at(-1);
    if (stream === undefined) throw new Error('No stream was opened');
    return stream;
  };
  const send = async (type: string, data: unknown) => {
    latest().send(type, data);
    await time.advance(0);
  };
  return { client, time, bearer, server, streams, latest, send };
}

/** Tells whether a promise has settled yet. */
function track(promise: Promise<unknown>): { isDone: boolean } {
  const tracked = { isDone: false };
  void promise.then(() => {
    tracked.isDone = true;
  });
  return tracked;
}

describe('createClient()', () => {
  it('asks for its context and serves what it is given', async () => {
    const { client, time, bearer, send } = create({ context: { key: 'u1', state: 'Oregon' } });
    expect(client.details('pay', false)).toEqual({
      value: false,
      reason: 'ERROR',
      errorCode: 'PROVIDER_NOT_READY',
    });
    await time.advance(0);
    await send('put', {
      position: p1,
      flags: { pay: on, broken: { reason: 'ERROR', errorCode: 'MALFORMED' } },
    });
    await client.ready();
    expect(bearer.requests).toMatchObject([
      {
        url: 'http://bearer/stream/client',
        body: '{"context":{"key":"u1","state":"Oregon"}}',
        headers: { authorization: 'Bearer fauna_cli_1' },
      },
    ]);
    expect(client.get('pay', false)).toBe(true);
    expect(client.details('pay', false)).toEqual({ ...on, position: p1 });
    expect(client.details('absent', 7)).toMatchObject({ value: 7, errorCode: 'FLAG_NOT_FOUND' });
    expect(client.details('broken', 'x')).toMatchObject({ value: 'x', errorCode: 'MALFORMED' });
    expect(client.status).toEqual({ state: 'live', position: p1, ageMs: 0 });
  });

  it('answers the default when the value has another type, and any value for null', async () => {
    const { client, time, send } = create();
    await time.advance(0);
    const values = { text: 'a', number: 1, truth: true, list: [1], object: { a: 1 }, nothing: null };
    const flags = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, { value, variation: 'v', reason: 'DEFAULT' }]),
    );
    await send('put', { position: p1, flags });
    const fallbacks = { text: 'd', number: 0, truth: false, list: [], object: {} };
    for (const [key, value] of Object.entries(values)) {
      for (const [type, fallback] of Object.entries(fallbacks))
        expect([key, type, client.get<unknown>(key, fallback)]).toEqual([
          key,
          type,
          key === type ? value : fallback,
        ]);
      expect(client.get(key, null)).toEqual(value);
    }
    expect(client.details('text', 0)).toMatchObject({ value: 0, errorCode: 'TYPE_MISMATCH' });
  });

  it('treats flags named after members of every object as flags', async () => {
    const { client, time, latest } = create();
    await time.advance(0);
    latest().write(`event: put\ndata: {"position":"${p1}","flags":{"__proto__":${JSON.stringify(on)}}}\n\n`);
    await time.advance(0);
    const names = ['__proto__', 'constructor', 'toString'];
    expect(names.map((name) => client.get(name, false))).toEqual([true, false, false]);
  });

  it('tells of values that changed, and only of those', async () => {
    const { client, time, send } = create();
    const heard: unknown[] = [];
    client.on('change', ({ changed }) =>
      heard.push([changed, client.get('a', false), client.status.position]),
    );
    await time.advance(0);
    await send('put', { position: p1, flags: { a: on, b: on, gone: on } });
    await send('patch', {
      position: p2,
      flags: { a: off, b: { ...on, reason: 'DEFAULT' } },
      removed: ['gone', 'never'],
    });
    await send('hb', { position: p2 });
    expect(heard).toEqual([
      [['a', 'b', 'gone'], true, p1],
      [['a', 'gone'], false, p2],
    ]);
    expect(client.details('b', false).reason).toBe('DEFAULT');
  });

  it('is ready after its time-out when the server is down, and serves defaults', async () => {
    const { client, time } = create({ isDown: true, initTimeoutMs: 3_000 });
    const ready = track(client.ready());
    await time.advance(2_999);
    expect(ready.isDone).toBe(false);
    await time.advance(1);
    expect(ready.isDone).toBe(true);
    expect(client.get('a', 'default')).toBe('default');
    expect(client.status).toMatchObject({ state: 'offline', error: { code: 'network' } });
  });

  it('catches up by itself when the server comes after hours', async () => {
    const { client, time, server, send } = create({ isDown: true });
    await time.advance(3_600_000);
    server.isDown = false;
    await time.advance(30_000);
    await send('put', { position: p1, flags: { a: on } });
    expect([client.get('a', false), client.status.state]).toEqual([true, 'live']);
  });

  it('keeps its values through a cut, and takes what changed meanwhile', async () => {
    const { client, time, bearer, latest, send } = create();
    await time.advance(0);
    await send('put', { position: p1, flags: { a: on } });
    latest().cut();
    await time.advance(0);
    expect([client.get('a', false), client.status.state]).toEqual([true, 'cached']);
    await time.advance(1_000);
    await send('put', { position: p2, flags: { a: off } });
    expect(bearer.requests.at(-1)?.headers['last-event-id']).toBe(p1);
    expect([client.get('a', true), client.status.state]).toEqual([false, 'live']);
  });

  it('takes an older state when the server says that the newer one is gone for good, and only then', async () => {
    const { client, time, send } = create();
    await time.advance(0);
    await send('put', { position: p2, flags: { a: on } });
    await send('put', { position: p1, flags: { a: off } });
    expect([client.get('a', false), client.status.position]).toEqual([true, p2]);
    await send('put', { position: p1, flags: { a: off }, reset: true });
    expect([client.get('a', true), client.status.position]).toEqual([false, p1]);
  });

  it.each([undefined, [], [undefined], 7])('refuses %j for a url at once', (url) => {
    expect(() => createClient({ url: url as never, key: 'k', storage: null })).toThrow(
      'Cannot connect: "url" must be',
    );
  });

  it('shows a refused key in its status and as an error', async () => {
    const time = createVirtualTime();
    const bearer = createScriptedBearer(time.now, () => new Response('{}', { status: 403 }));
    const heard: unknown[] = [];
    const client = createClient({
      url: 'http://b',
      key: 'k',
      storage: null,
      platform: { ...time, fetch: bearer.fetch },
    });
    client.on('error', (error) => heard.push(error));
    client.on('status', (status) => heard.push(status.state));
    await time.advance(0);
    expect(client.status).toMatchObject({ state: 'offline', error: { code: 'refused', status: 403 } });
    expect(heard).toEqual([client.status.error, 'offline']);
  });

  it('is ready at once when its key is refused: no waiting makes it good', async () => {
    const time = createVirtualTime();
    const bearer = createScriptedBearer(time.now, () => new Response('{}', { status: 401 }));
    const platform = { ...time, fetch: bearer.fetch };
    const client = createClient({ url: 'http://b', key: 'k', storage: null, platform });
    let isReady = false;
    void client.ready().then(() => {
      isReady = true;
    });
    await time.advance(0);
    expect(isReady).toBe(true);
    expect(client.get('pay', 'default')).toBe('default');
  });

  it('has no error left when listeners hear that it is live again', async () => {
    const { client, time, send, latest } = create();
    await time.advance(0);
    await send('put', { position: p1, flags: {} });
    const heard: unknown[] = [];
    client.on('status', ({ state, error }) => heard.push([state, error === undefined]));
    latest().end();
    await time.advance(1_000);
    await send('put', { position: p2, flags: {} });
    expect(heard).toEqual([
      ['cached', true],
      ['live', true],
    ]);
  });

  it.each([null, undefined, 5, 'text', []])(
    'keeps its user when it is told %j, and says so',
    async (nobody) => {
      const { client, time, send } = create({ context: { key: 'somebody' } });
      await time.advance(0);
      await send('put', { position: p1, flags: { pay: on } });
      const heard: string[] = [];
      client.on('error', ({ message }) => heard.push(message));
      await client.identify(nobody as never);
      expect(client.get('pay', false)).toBe(true);
      expect(heard).toEqual([expect.stringContaining('Cannot use this as a context')]);
    },
  );

  it.each([null, 1, {}, { value: true }, { reason: 'ERROR' }, { variation: 'v', reason: 'OFF' }])(
    'keeps its values when a flag comes as %j',
    async (flag) => {
      const { client, time, send } = create();
      await time.advance(0);
      await send('put', { position: p1, flags: { a: on } });
      await send('put', { position: p2, flags: { a: off, b: flag } });
      expect(client.get('a', false)).toBe(true);
      expect(client.status).toMatchObject({ state: 'cached', position: p1, error: { code: 'malformed' } });
    },
  );

  it('goes on when listeners throw, and hands what they threw to "error"', async () => {
    const { client, time, send } = create();
    const errors: string[] = [];
    const heard: unknown[] = [];
    client.on('change', () => {
      throw new Error('from change');
    });
    client.on('error', () => {
      throw new Error('from error');
    });
    client.on('error', ({ message }) => errors.push(message));
    const stop = client.on('change', ({ changed }) => heard.push(changed));
    await time.advance(0);
    await send('put', { position: p1, flags: { a: on } });
    stop();
    await send('put', { position: p2, flags: { a: off } });
    expect([errors, heard, client.status.state]).toEqual([['from change', 'from change'], [['a']], 'live']);
  });

  it('is silent after close, and keeps its last values', async () => {
    const { client, time, bearer, send } = create();
    let heard = 0;
    client.on('change', () => {
      heard += 1;
    });
    await time.advance(0);
    await send('put', { position: p1, flags: { a: on } });
    client.close();
    await client.identify({ key: 'other' });
    await time.advance(1_000_000);
    expect([heard, client.get('a', false), bearer.requests.length, time.waiting]).toEqual([1, true, 1, 0]);
  });

  it('resolves ready when it is closed before anything came', async () => {
    const { client } = create({ isDown: true });
    client.close();
    await client.ready();
  });
});

describe('identify()', () => {
  it('keeps the old values until the new ones are in, and asks without a position', async () => {
    const { client, time, bearer, send } = create({ context: { key: 'u1' } });
    await time.advance(0);
    await send('put', { position: p2, flags: { a: on } });
    const done = track(client.identify({ key: 'u2' }));
    await time.advance(0);
    expect([client.get('a', false), done.isDone]).toEqual([true, false]);
    // The same position, or an older one from another bearer: for another context it is news all the same.
    await send('put', { position: p1, flags: { a: off } });
    expect([client.get('a', true), done.isDone]).toEqual([false, true]);
    expect(
      bearer.requests.map((request) => [contextOf(request).key, request.headers['last-event-id']]),
    ).toEqual([
      ['u1', undefined],
      ['u2', undefined],
    ]);
  });

  it('shows what was signed of the user, and asks anew when the same user has a new signature', async () => {
    const { client, time, bearer, send } = create({ context: { key: 'u1' }, signedContext: 'v1.a.b' });
    await time.advance(0);
    await send('put', { position: p2, flags: { a: on } });
    void client.identify({ key: 'u1' }, 'v1.c.d');
    await time.advance(0);
    expect(client.get('a', false)).toBe(true);
    expect(bearer.requests.map(({ body }) => JSON.parse(body ?? '').signedContext)).toEqual([
      'v1.a.b',
      'v1.c.d',
    ]);
    await send('none', { position: p2 });
    void client.identify({ key: 'u1' }, 'v1.c.d');
    await time.advance(0);
    expect(bearer.requests).toHaveLength(2);
    client.close();
  });

  it('lets the last call win, whatever the order of the answers', async () => {
    const { client, time, bearer, streams } = create({ context: { key: 'u1' } });
    await time.advance(0);
    const calls = ['u2', 'u3', 'u4'].map((key) => track(client.identify({ key })));
    await time.advance(0);
    const values = Object.fromEntries(
      bearer.requests.map((request, index) => [contextOf(request).key, streams[index]]),
    );
    for (const key of ['u4', 'u2', 'u1', 'u3'])
      values[key]?.send('put', {
        position: p1,
        flags: { who: { value: key, variation: 'v', reason: 'DEFAULT' } },
      });
    await time.advance(0);
    expect(client.get('who', '')).toBe('u4');
    expect(calls.map(({ isDone }) => isDone)).toEqual([true, true, true]);
    expect(bearer.requests.map(({ isAborted }) => isAborted)).toEqual([true, true, true, false]);
  });

  it('takes nothing more of the old stream when a listener calls it, not even of the same chunk', async () => {
    const { client, time, latest, send } = create({ context: { key: 'u1' } });
    await time.advance(0);
    await send('put', { position: p1, flags: { a: on } });
    client.on('change', () => void client.identify({ key: 'u2' }));
    const put = (position: string, flag: object) =>
      `event: put\ndata: ${JSON.stringify({ position, flags: { a: flag } })}\n\n`;
    latest().write(put(p2, off) + put('1-3-cccccccc', on));
    await time.advance(0);
    expect([client.get('a', true), client.status]).toEqual([false, { state: 'cached' }]);
  });

  it('resolves after the time-out when the server is down', async () => {
    const { client, time } = create({ isDown: true });
    const done = track(client.identify({ key: 'u2' }));
    await time.advance(5_000);
    expect(done.isDone).toBe(true);
  });

  it('does nothing when the context is the one that is served', async () => {
    const { client, time, bearer, send } = create({ context: { key: 'u1', plan: 'pro' } });
    await time.advance(0);
    await send('put', { position: p1, flags: {} });
    await client.identify({ plan: 'pro', key: 'u1' });
    expect(bearer.requests).toHaveLength(1);
  });

  it('is not moved by later changes of the object that it was given', async () => {
    const context = { key: 'u1' };
    const { time, bearer, latest } = create({ context });
    context.key = 'u2';
    await time.advance(0);
    latest().cut();
    await time.advance(1_000);
    expect(bearer.requests.map((request) => contextOf(request).key)).toEqual(['u1', 'u1']);
  });
});

describe('the cache', () => {
  const context = { key: 'u1' };

  async function visit(
    storage: StorageLike,
    user: Record<string, string>,
    flags: unknown,
    key = 'fauna_cli_1',
  ) {
    const { client, time, send } = create({ storage, context: user, key });
    await time.advance(0);
    await send('put', { position: p1, flags });
    client.close();
  }

  it('makes the client ready at once with the server down, and resumes from there', async () => {
    const storage = createStorage();
    await visit(storage, context, { a: on });
    const { client, time, server, bearer, send } = create({ storage, context, isDown: true });
    await client.ready();
    expect([client.get('a', false), client.status.state]).toEqual([true, 'cached']);
    server.isDown = false;
    await time.advance(1_000);
    await send('none', { position: p1 });
    expect([bearer.requests.at(-1)?.headers['last-event-id'], client.status.state]).toEqual([p1, 'live']);
  });

  it('never gives the values of another context or another key', async () => {
    const storage = createStorage();
    await visit(storage, context, { a: on });
    const others = [
      create({ storage, isDown: true, context: { key: 'u2' } }),
      create({ storage, isDown: true, context, key: 'x' }),
    ];
    expect(others.map(({ client }) => client.get('a', false))).toEqual([false, false]);
  });

  it('gives an identified user the values of the last visit until the server answers', async () => {
    const storage = createStorage();
    await visit(storage, { key: 'u2' }, { a: off });
    const { client, time, send } = create({ storage, context });
    await time.advance(0);
    await send('put', { position: p1, flags: { a: on } });
    await client.identify({ key: 'u2' });
    expect(client.get('a', true)).toBe(false);
  });

  it('keeps a few contexts, the last ones, and no name of a user', async () => {
    const storage = createStorage();
    for (let user = 0; user < 50; user += 1) await visit(storage, { key: `user-${user}` }, { a: on });
    const text = [...storage.items.values()].join();
    expect([storage.items.size, text.length < 1_000, text.includes('user-')]).toEqual([1, true, false]);
    const last = create({ storage, isDown: true, context: { key: 'user-49' } });
    expect(last.client.get('a', false)).toBe(true);
  });

  it('drops the oldest contexts, and in the end keeps nothing, rather than grow without end', async () => {
    const storage = createStorage();
    const flags = (length: number) => ({ a: { ...on, value: 'x'.repeat(length) } });
    await visit(storage, { key: 'u1' }, flags(600_000));
    await visit(storage, { key: 'u2' }, flags(600_000));
    expect([...storage.items.values()].join().length).toBeLessThan(1_000_000);
    expect(create({ storage, isDown: true, context: { key: 'u2' } }).client.get('a', '')).toHaveLength(
      600_000,
    );
    await visit(storage, { key: 'u3' }, flags(1_200_000));
    expect([...storage.items.values()].join().length).toBeLessThan(1_000_000);
  });

  it('does without when storage is full, forbidden or holds anything', async () => {
    const full = createStorage();
    full.isFull = true;
    await visit(full, context, { a: on });
    const forbidden: StorageLike = {
      getItem: () => {
        throw new Error('SecurityError');
      },
      setItem: () => {
        throw new Error('SecurityError');
      },
    };
    const storage = createStorage();
    await visit(storage, context, { a: on });
    const kept = [...storage.items.entries()][0] ?? ['', ''];
    for (const text of [
      '',
      'no json',
      '{}',
      '[null,1,{}]',
      kept[1].replace('"on"', '7'),
      kept[1].replace(p1, 'x'),
    ]) {
      storage.items.set(kept[0], text);
      const { client, time, send } = create({ storage, context });
      await time.advance(0);
      await send('put', { position: p1, flags: { a: off } });
      expect([text, client.get('a', true), client.status.state]).toEqual([text, false, 'live']);
      client.close();
    }
    const { client, time, send } = create({ storage: forbidden, context });
    await time.advance(0);
    await send('put', { position: p1, flags: { a: on } });
    expect([client.get('a', false), client.status.error]).toEqual([true, undefined]);
  });
});

describe('bootstrap', () => {
  it('is there at once, and the server has the last word, wherever it stands', async () => {
    const { client, time, bearer, send } = create({ bootstrap: { position: p2, flags: { a: on } } });
    await client.ready();
    expect(client.get('a', false)).toBe(true);
    await time.advance(0);
    expect(bearer.requests[0]?.headers).not.toHaveProperty('last-event-id');
    await send('put', { position: p1, flags: { a: off } });
    expect(client.get('a', true)).toBe(false);
  });

  it('wins over an older cached state only', async () => {
    const storage = createStorage();
    const first = create({ storage });
    await first.time.advance(0);
    await first.send('put', { position: p1, flags: { a: off } });
    first.client.close();
    const served = [p2, '1-0-cccccccc', undefined].map((position) => {
      const bootstrap = { flags: { a: on }, ...(position === undefined ? {} : { position }) };
      return create({ storage, bootstrap, isDown: true }).client.get('a', false);
    });
    expect(served).toEqual([true, false, false]);
  });

  it('is reported and left out when it cannot be read', async () => {
    const { client, time } = create({ isDown: true, bootstrap: { flags: { a: 7 } } as never });
    const errors: string[] = [];
    client.on('error', ({ message }) => errors.push(message));
    await time.advance(0);
    expect([client.get('a', false), errors[0]]).toEqual([
      false,
      'Cannot read flag "a": neither an answer nor an error',
    ]);
  });
});
