import { describe, expect, it } from 'vitest';
import { problemOf } from '../testing/answers.ts';
import { fullHubHeader } from './environment-hub.ts';
import { forwardStream } from './forward-stream.ts';
import { StreamShards } from './stream-shards.ts';

/** Hubs, some of which are full. */
function hubs(full: (shard: number) => boolean) {
  let now = 0;
  const asked: { readonly shard: number; readonly body: string }[] = [];
  const shards = new StreamShards({ steady: () => now });
  const open = (body = '{"context":{"key":"u1"}}') =>
    forwardStream({
      request: new Request('https://flags.example/stream/client', { method: 'POST', body }),
      place: 'b2b3:weur',
      shards,
      async send(shard, request) {
        asked.push({ shard, body: await request.text() });
        return full(shard)
          ? new Response('', { status: 503, headers: { [fullHubHeader]: '1' } })
          : new Response(`held by ${shard}`);
      },
      random: () => 0.5,
    });
  const wait = (ms: number) => {
    now += ms;
  };
  return { asked, open, wait };
}

describe('forwardStream()', () => {
  it('opens a stream on the first hub that has room, with the body whole for each', async () => {
    const { open, asked } = hubs((shard) => shard < 2);
    expect(await (await open()).text()).toBe('held by 2');
    expect(asked).toEqual([0, 1, 2].map((shard) => ({ shard, body: '{"context":{"key":"u1"}}' })));
  });

  it('passes over hubs that were full a moment ago, and tries them again after a while', async () => {
    let isFull = true;
    const { open, asked, wait } = hubs((shard) => shard === 0 && isFull);
    await open();
    await open();
    expect(asked.map(({ shard }) => shard)).toEqual([0, 1, 1]);
    isFull = false;
    wait(30_000);
    expect(await (await open()).text()).toBe('held by 0');
  });

  it('says 503 and when to come back where all are full', async () => {
    const { open, asked } = hubs(() => true);
    const response = await open();
    expect([response.status, response.headers.get('retry-after'), asked.length]).toEqual([503, '6', 64]);
    expect((await problemOf(response)).code).toBe('not_ready');
    expect(response.headers.has(fullHubHeader)).toBe(false);
  });

  it('sends no more of a body than shows that it is too large', async () => {
    const { open, asked } = hubs(() => false);
    await open('x'.repeat(1_000_000));
    expect(asked[0]?.body).toHaveLength(64 * 1024 + 1);
  });
});
