import { bearerApiPaths, type Heartbeat, heldDocumentsHeader, type UsageRecord } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { MemoryShelf } from '../documents/memory-shelf.ts';
import { nodeCrypto } from '../entry/node-crypto.ts';
import { clientKey, serverKey, snapshotOf } from '../testing/documents.ts';
import { FrameReader } from '../testing/frame-reader.ts';
import { heartbeatOf } from '../testing/heartbeat-of.ts';
import { ManualClock, settled } from '../testing/manual-clock.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { bearerToken, shelfLibrary } from '../testing/node-upstream-world.ts';
import { createBearerApi } from './bearer-api.ts';
import type { DocumentLibrary } from './document-library.ts';

function world({ token = bearerToken }: { readonly token?: string } = {}) {
  const shelf = new MemoryShelf();
  const clock = new ManualClock();
  const log = new MemoryLog();
  const heartbeats: Heartbeat[] = [];
  const usage: UsageRecord[] = [];
  const state = { isLibraryAway: false, isSinkAway: false, reads: 0, looks: 0, watches: 0 };
  const library = shelfLibrary(shelf);
  const ask = <T>(question: () => Promise<T>) =>
    state.isLibraryAway ? Promise.reject(new Error('The library is away')) : question();
  const counted: DocumentLibrary = {
    positions: () => {
      state.looks += 1;
      return ask(() => library.positions());
    },
    read: (id) => {
      state.reads += 1;
      return ask(() => library.read(id));
    },
    watch: (onHint) => {
      state.watches += 1;
      const end = library.watch(onHint);
      return () => {
        state.watches -= 1;
        end();
      };
    },
  };
  const api = createBearerApi({
    library: counted,
    token: token === '' ? undefined : token,
    crypto: nodeCrypto,
    clock,
    random: () => 0.5,
    log,
    async onHeartbeat(heartbeat) {
      if (state.isSinkAway) throw new Error('The sink is away');
      heartbeats.push(heartbeat);
    },
    async onUsage(records) {
      if (state.isSinkAway) throw new Error('The sink is away');
      usage.push(...records);
    },
  });
  const request = async (path: string, init: RequestInit = {}, auth = `Bearer ${bearerToken}`) =>
    api.app.request(path, { ...init, headers: { ...(auth && { authorization: auth }), ...init.headers } });
  const open = async (headers: Record<string, string> = {}) => {
    const response = await request(bearerApiPaths.stream, { headers });
    expect(response.status).toBe(200);
    return new FrameReader(response.body);
  };
  const tellUsage = (body: unknown) =>
    request(bearerApiPaths.usage, { method: 'POST', body: JSON.stringify(body) });
  const beat = (body: unknown) =>
    request(bearerApiPaths.heartbeat, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { shelf, clock, log, heartbeats, state, usage, api, request, open, beat, tellUsage };
}

const named = async (reader: FrameReader, count: number) => {
  const frames = [];
  for (let left = count; left > 0; left -= 1) {
    const frame = await reader.next();
    const data = frame?.data as { document?: string; version?: number; positions?: object } | undefined;
    frames.push(
      data?.document === undefined
        ? [frame?.event, ...Object.keys(data?.positions ?? {})]
        : [frame?.event, data.document, data.version],
    );
  }
  return frames;
};

/** The first block only says how long to wait before a reconnect. */
const skipRetry = async (reader: FrameReader) => {
  expect(await reader.next()).toEqual({ id: undefined, event: undefined, data: undefined, retry: '1000' });
  return reader;
};

describe('GET /api/bearer/v1/stream', () => {
  it('sends every document, then where all stand', async () => {
    const { shelf, open } = world();
    const snapshot = snapshotOf({ text: 'ünï-🦊' }, { epoch: 7, version: 3 });
    shelf.put('a', { ...snapshot, signature: 'signed' });
    shelf.put('keys', snapshotOf({}));
    const reader = await skipRetry(await open());
    expect(await reader.next()).toMatchObject({
      event: 'snapshot',
      data: {
        document: 'a',
        epoch: 7,
        version: 3,
        hash: snapshot.hash,
        signature: 'signed',
        payload: Buffer.from(snapshot.payload).toString('base64'),
      },
    });
    expect(await named(reader, 2)).toEqual([
      ['snapshot', 'keys', 1],
      ['positions', 'a', 'keys'],
    ]);
  });

  it('sends none that the reader says it holds, also one held at another place in history', async () => {
    const { shelf, open } = world();
    const held = snapshotOf({ a: 1 });
    shelf.put('a', held);
    shelf.put('b', snapshotOf({ b: 1 }, { version: 4 }));
    const holds = `a=${held.epoch}-1-${held.hash.slice(0, 8)},b=${held.epoch}-4-00000000,gone=1-1-00000000`;
    const reader = await skipRetry(await open({ [heldDocumentsHeader]: holds }));
    expect(await named(reader, 2)).toEqual([
      ['snapshot', 'b', 4],
      ['positions', 'a', 'b'],
    ]);
  });

  it('sends each change to every reader, and reads it once for all of them', async () => {
    const { shelf, open, state } = world();
    const readers = [await skipRetry(await open()), await skipRetry(await open())];
    for (const reader of readers) await named(reader, 1);
    shelf.put('a', snapshotOf({ a: 2 }, { version: 2 }));
    for (const reader of readers)
      expect(await named(reader, 2)).toEqual([
        ['snapshot', 'a', 2],
        ['positions', 'a'],
      ]);
    expect(state.reads).toBe(1);
  });

  it('gives a sign of life every 5 s, and none while its library cannot look', async () => {
    const { open, clock, state, log } = world();
    const reader = await skipRetry(await open());
    await named(reader, 1);
    await clock.advance(10_000);
    expect(reader.waiting.map(({ event }) => event)).toEqual(['positions', 'positions']);
    state.isLibraryAway = true;
    await clock.advance(30_000);
    expect(reader.waiting).toHaveLength(2);
    expect(log.lines).toHaveLength(1);
    state.isLibraryAway = false;
    await clock.advance(5_000);
    expect(reader.waiting).toHaveLength(3);
  });

  it('sends a reader away at once, while its library cannot look', async () => {
    const { state, api } = world();
    state.isLibraryAway = true;
    let hangUps = 0;
    const hangUp = () => {
      hangUps += 1;
    };
    const headers = { authorization: `Bearer ${bearerToken}` };
    const response = await api.app.request(bearerApiPaths.stream, { headers }, { hangUp });
    expect([response.status, hangUps]).toEqual([503, 0]);
    expect(response.headers.get('retry-after')).toMatch(/^[1-4]$/);
    expect([api.streams, state.watches]).toEqual([0, 0]);
  });

  it('watches its library only while somebody reads', async () => {
    const { open, state, clock } = world();
    expect(state.watches).toBe(0);
    const [one, other] = [await open(), await open()];
    expect(state.watches).toBe(1);
    await one.leave();
    await other.leave();
    await settled();
    const { looks } = state;
    await clock.advance(60_000);
    expect([state.watches, state.looks, clock.pending]).toEqual([0, looks, 0]);
  });

  it('holds one state for a slow reader and gives it the newest, and cuts one that takes nothing', async () => {
    const { shelf, request, clock, api, state } = world();
    const big = (version: number) => snapshotOf({ text: `${version % 10}`.repeat(200_000) }, { version });
    shelf.put('a', big(1));
    const response = await request(bearerApiPaths.stream);
    const stalled = await request(bearerApiPaths.stream);
    await settled();
    for (let version = 2; version <= 50; version += 1) {
      shelf.put('a', big(version));
      await settled();
    }
    expect(state.reads).toBeLessThanOrEqual(2);
    const reader = new FrameReader(response.body);
    await settled();
    const versions = reader.waiting.flatMap(
      ({ data }) => (data as { version?: number } | undefined)?.version ?? [],
    );
    expect(versions).toEqual([50]);
    expect(api.streams).toBe(2);
    await clock.advance(25_000);
    expect(api.streams).toBe(1);
    await expect(stalled.text()).rejects.toThrow('too slow');
  });

  it('bounds how many read', async () => {
    const { request, api, clock } = world();
    const statuses: number[] = [];
    for (let place = 0; place < 230; place += 1) {
      await clock.advance(50);
      statuses.push((await request(bearerApiPaths.stream)).status);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(200);
    expect(statuses.at(-1)).toBe(503);
    expect(api.streams).toBe(200);
  });

  it('bounds how many come at once', async () => {
    const { request } = world();
    const statuses = [];
    for (let place = 0; place < 60; place += 1) statuses.push((await request(bearerApiPaths.stream)).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(50);
  });

  it('says goodbye when it closes, and takes nobody any more', async () => {
    const { open, request, api, clock } = world();
    const reader = await skipRetry(await open());
    await named(reader, 1);
    api.close();
    expect(await reader.next()).toMatchObject({ event: 'goodbye', data: { delayMs: 1_000 } });
    expect(await reader.next()).toBeUndefined();
    expect((await request(bearerApiPaths.stream)).status).toBe(503);
    expect(clock.pending).toBe(0);
  });
});

describe('POST /api/bearer/v1/usage', () => {
  const use = {
    id: 'a-1',
    environmentId: 'e',
    keyId: 'k',
    receivedAt: 1,
    use: { requests: 2, fromBrowsers: 0 },
  };

  it('hands records on, and leaves out what it does not know', async () => {
    const { tellUsage, usage } = world();
    const records = [use, { ...use, id: 'a-2', use: { anything: 'newer' } }, null, { ...use, id: 'a b' }];
    expect((await tellUsage({ records })).status).toBe(204);
    expect(usage).toEqual([use]);
  });

  it('refuses what holds no records, or too many', async () => {
    const { tellUsage, usage } = world();
    for (const body of [{}, [], { records: use }, { records: Array(201).fill(use) }])
      expect((await tellUsage(body)).status).toBe(400);
    expect((await tellUsage({ records: ['x'.repeat(1024 * 1024)] })).status).toBe(413);
    expect(usage).toEqual([]);
  });

  it('says that it could not hand them on', async () => {
    const { tellUsage, state } = world();
    state.isSinkAway = true;
    expect((await tellUsage({ records: [use] })).status).toBe(503);
  });
});

describe('POST /api/bearer/v1/heartbeat', () => {
  it('hands a heartbeat on', async () => {
    const { beat, heartbeats } = world();
    expect((await beat(heartbeatOf('a', { streams: 3 }))).status).toBe(204);
    expect(heartbeats).toEqual([heartbeatOf('a', { streams: 3 })]);
  });

  it('refuses what is no heartbeat', async () => {
    const { beat, heartbeats } = world();
    for (const body of [
      '',
      '{',
      'null',
      '[]',
      {},
      { ...heartbeatOf('a'), id: 'a b' },
      { ...heartbeatOf('a'), id: '' },
      { ...heartbeatOf('a'), documents: { a: { position: '1-2-3', staleMs: 0 } } },
      { ...heartbeatOf('a'), streams: -1 },
      { ...heartbeatOf('a'), source: 'elsewhere' },
    ]) {
      const response = await beat(body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: 'invalid' });
    }
    expect((await beat(`{"x":"${'x'.repeat(1_100_000)}"}`)).status).toBe(413);
    expect(heartbeats).toEqual([]);
  });

  it('says that a heartbeat was lost', async () => {
    const { beat, state } = world();
    state.isSinkAway = true;
    const response = await beat(heartbeatOf('a'));
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'retryable' });
  });
});

describe('everything under /api/bearer (S-40)', () => {
  const paths = [
    bearerApiPaths.stream,
    bearerApiPaths.heartbeat,
    bearerApiPaths.usage,
    '/api/bearer',
    '/api/bearer/v1/else',
  ];

  it('wants the token of bearers, and no other key, however it is sent', async () => {
    const { request, heartbeats } = world();
    for (const path of paths)
      for (const auth of [
        '',
        'Bearer',
        'Bearer ',
        'Bearer wrong',
        bearerToken,
        `Basic ${bearerToken}`,
        `Bearer ${bearerToken}x`,
        `Bearer ${bearerToken.slice(0, -1)}`,
        `Bearer ${clientKey}`,
        `Bearer ${serverKey}`,
        `Bearer ${'x'.repeat(5_000)}`,
      ])
        for (const method of ['GET', 'POST', 'DELETE']) {
          const response = await request(path, { method }, auth);
          expect([path, auth, method, response.status]).toEqual([path, auth, method, 401]);
          expect(response.headers.get('www-authenticate')).toBe('Bearer');
        }
    const byQuery = await request(`${bearerApiPaths.stream}?token=${bearerToken}`, {}, '');
    expect(byQuery.status).toBe(401);
    const byOther = await request(bearerApiPaths.stream, { headers: { 'x-api-key': bearerToken } }, '');
    expect(byOther.status).toBe(401);
    expect(heartbeats).toEqual([]);
  });

  it('answers problem documents to whoever has it', async () => {
    const { request } = world();
    for (const [method, path, status] of [
      ['GET', '/api/bearer/v1/else', 404],
      ['POST', bearerApiPaths.stream, 405],
      ['HEAD', bearerApiPaths.stream, 405],
      ['GET', bearerApiPaths.heartbeat, 405],
      ['GET', bearerApiPaths.usage, 405],
    ] as const) {
      const response = await request(path, { method });
      expect([path, response.status]).toEqual([path, status]);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
    }
  });

  it('is not there where no token is set, and says why', async () => {
    const { request } = world({ token: '' });
    for (const path of paths) {
      const response = await request(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ detail: expect.stringContaining('FAUNA_BEARER_TOKEN') });
    }
  });
});
