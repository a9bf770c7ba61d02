import { createScriptedBearer, createVirtualTime, openScriptedStream } from '@fauna-flags/core/link';
import { afterEach, describe, expect, it } from 'vitest';
import { createDeferredClient } from './deferred-client.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function create(url: unknown = 'http://bearer') {
  const time = createVirtualTime();
  const stream = { send: (_type: string, _data: unknown) => {} };
  const bearer = createScriptedBearer(time.now, () => {
    const opened = openScriptedStream();
    stream.send = opened.send;
    return opened.response;
  });
  const client = createDeferredClient({
    url: url as string,
    key: 'fauna_cli_1',
    storage: null,
    context: { key: 'u1' },
    platform: { fetch: bearer.fetch, now: time.now, setTimer: time.setTimer, random: () => 0.5 },
  });
  ends.push(() => client.close());
  const send = async (type: string, data: unknown) => {
    await time.advance(0);
    stream.send(type, data);
    await time.advance(0);
  };
  return { client, bearer, time, send };
}

const put = {
  position: '1-1-aaaaaaaa',
  flags: { pay: { value: true, variation: 'on', reason: 'DEFAULT' } },
};

describe('createDeferredClient()', () => {
  it('connects when it is started, and not before', async () => {
    const { client, bearer, time, send } = create();
    await client.identify({ key: 'u2' });
    await time.advance(60_000);
    expect([bearer.requests.length, client.get('pay', false), client.status.state]).toEqual([
      0,
      false,
      'offline',
    ]);
    client.start();
    client.start();
    await send('put', put);
    expect(bearer.requests).toMatchObject([{ body: '{"context":{"key":"u2"}}' }]);
    expect([client.get('pay', false), client.status.state]).toEqual([true, 'live']);
  });

  it('is ready when the client is that it ended up with, and not when a stop ended the wait of the one before', async () => {
    const { client, time, send } = create();
    let isReady = false;
    void client.ready().then(() => {
      isReady = true;
    });
    client.start();
    await time.advance(10);
    client.stop();
    client.start();
    await time.advance(10);
    expect(isReady).toBe(false);
    await send('put', put);
    expect(isReady).toBe(true);
  });

  it('keeps listeners over a stop and a start, and lets go of them when asked', async () => {
    const { client, send } = create();
    const heard: unknown[] = [];
    const end = client.on('change', ({ changed }) => heard.push(...changed));
    client.start();
    await send('put', put);
    client.stop();
    client.start();
    await send('put', put);
    expect(heard).toEqual(['pay', 'pay']);
    end();
    client.stop();
    client.start();
    await send('put', put);
    expect(heard).toHaveLength(2);
  });

  it('reads the last values after a stop', async () => {
    const { client, bearer, send } = create();
    client.start();
    await send('put', put);
    client.stop();
    expect([client.get('pay', false), bearer.requests[0]?.isAborted]).toEqual([true, true]);
  });

  it('stays closed once it was closed, and nobody waits for it any longer', async () => {
    const { client, bearer, time } = create();
    const isReady = client.ready();
    client.close();
    client.start();
    await isReady;
    await time.advance(60_000);
    expect(bearer.requests).toEqual([]);
  });

  it('tells of a url that is none instead of throwing', () => {
    const { client } = create(7);
    const heard: string[] = [];
    client.on('error', ({ message }) => heard.push(message));
    client.start();
    expect(heard).toEqual(['Cannot connect: "url" must be a string or a list of strings']);
    expect(client.status).toMatchObject({ state: 'offline', error: { message: heard[0] } });
  });
});
