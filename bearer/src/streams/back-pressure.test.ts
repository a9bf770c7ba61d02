import { flag, ruleset } from '@fauna-flags/core/testing';
import { describe, expect, it } from 'vitest';
import { problemOf } from '../testing/answers.ts';
import { bearerWorld } from '../testing/bearer-world.ts';
import { FrameReader } from '../testing/frame-reader.ts';
import { settled } from '../testing/manual-clock.ts';

const text = (version: number, length = 10) =>
  ruleset(
    flag('text')
      .on()
      .variations({ a: `${version}:`.padEnd(length, 'x'), b: 'b' }),
    { version },
  );

describe('a reader that is slow', () => {
  it('gets the newest state once it reads again, and nothing between', async () => {
    const world = await bearerWorld({ ruleset: text(1) });
    const response = await world.post('/stream/client');
    for (let version = 2; version <= 500; version += 1) await world.publish(text(version));
    const reader = new FrameReader(response.body);
    await settled();
    const values = reader.waiting.map(({ event, data }) => [
      event,
      (data as { flags: { text: { value: string } } }).flags.text.value,
    ]);
    expect(values).toEqual([
      ['put', '1:xxxxxxxx'],
      ['patch', '500:xxxxxx'],
    ]);
    await reader.leave();
  });

  it('is cut when it has taken nothing for 10 s', async () => {
    const world = await bearerWorld({ ruleset: text(1) });
    const response = await world.post('/stream/client');
    await world.clock.advance(9_000);
    expect(world.bearer.status().streams).toBe(1);
    await world.clock.advance(2_000);
    expect(world.bearer.status().streams).toBe(0);
    await expect(response.text()).rejects.toThrow('too slow');
  });

  it('is not cut while it makes progress, however large the state', async () => {
    const world = await bearerWorld({ ruleset: text(1, 1_000_000) });
    const response = await world.post('/stream/client');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let bytes = 0;
    for (let piece = 0; piece < 15; piece += 1) {
      await world.clock.advance(5_000);
      const read = await reader.read();
      bytes += read.value?.byteLength ?? 0;
    }
    expect(world.bearer.status().streams).toBe(1);
    expect(bytes).toBeGreaterThan(900_000);
    await reader.cancel();
  });

  it('is cut when more than 64 KB of changes lie unsent and another comes', async () => {
    const world = await bearerWorld({ ruleset: text(1) });
    const response = await world.post('/stream/client');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    await reader.read();
    await reader.read();
    await settled();
    await world.publish(text(2, 100_000));
    await world.publish(text(3, 100_000));
    expect(world.bearer.status().streams).toBe(0);
    await expect(reader.read()).rejects.toThrow('too slow');
  });
});

describe('admission of streams', () => {
  it('refuses beyond the bounds of the process and of a key with 503 and Retry-After, and recovers', async () => {
    for (const limits of [{ streamsMax: 3 }, { streamsPerKeyMax: 3 }, { acceptsPerSecondMax: 3 }]) {
      const world = await bearerWorld({ ruleset: text(1), deps: { limits } });
      const readers: FrameReader[] = [];
      for (let place = 0; place < 3; place += 1) readers.push(await world.streamClient({ key: `u${place}` }));
      const refused = await world.post('/stream/client');
      expect([refused.status, (await problemOf(refused)).code]).toEqual([503, 'not_ready']);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      await readers[0]?.leave();
      await world.clock.advance(1_000);
      const admitted = await world.streamClient({ key: 'u9' });
      expect(await admitted.next()).toMatchObject({ event: 'put' });
    }
  });

  it('gives its place back when the request turns out to be wrong', async () => {
    const world = await bearerWorld({ ruleset: text(1), deps: { limits: { streamsMax: 1 } } });
    for (let attempt = 0; attempt < 5; attempt += 1)
      expect((await world.post('/stream/client', '[')).status).toBe(400);
    expect((await world.streamClient({})).waiting).toBeDefined();
  });

  it('tells readers to wait longer before a reconnect the more of them there are', async () => {
    const world = await bearerWorld({ ruleset: text(1), deps: { limits: { acceptsPerSecondMax: 10_000 } } });
    for (let place = 0; place < 4_000; place += 1) await world.post('/stream/client');
    const reader = await world.streamClient({});
    // 4,000 streams at 2,000 a second are 2 s, and the jitter of the test's randomness is half of 50 %.
    expect(Number((await reader.next())?.retry)).toBe(2_501);
  });

  it('tells those who came among the first how many they have become, with the next heartbeat', async () => {
    const world = await bearerWorld({
      ruleset: text(1),
      deps: { limits: { acceptsPerSecondMax: 10_000, heartbeatMs: 4_000 } },
    });
    const first = await world.streamClient({});
    expect(Number((await first.next())?.retry)).toBe(1_250);
    await world.clock.advance(4_000);
    expect(await first.next()).toMatchObject({ event: 'hb', retry: undefined });
    for (let place = 0; place < 4_000; place += 1) await world.post('/stream/client');
    await world.clock.advance(4_000);
    await settled();
    expect(first.waiting.at(-1)).toMatchObject({ event: 'hb', retry: '2501' });
  });
});

describe('heartbeats', () => {
  it('are spread over the period, not sent all at once', async () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const world = await bearerWorld({ ruleset: text(1), deps: { random } });
    const readers: FrameReader[] = [];
    for (let place = 0; place < 40; place += 1) readers.push(await world.streamClient({ key: `u${place}` }));
    const beats = () =>
      readers.reduce((sum, { waiting }) => sum + waiting.filter(({ event }) => event === 'hb').length, 0);
    await world.clock.advance(15_000);
    const early = beats();
    expect(early).toBeGreaterThan(5);
    expect(early).toBeLessThan(35);
    await world.clock.advance(5_250);
    expect(beats()).toBe(40);
  });

  it('leave no timer behind once nobody listens', async () => {
    const world = await bearerWorld({ ruleset: text(1) });
    const before = world.clock.pending;
    const reader = await world.streamClient({});
    expect(world.clock.pending).toBe(before + 1);
    await reader.leave();
    await world.clock.advance(300);
    expect(world.clock.pending).toBe(before);
  });
});
