import { type Client, createClient } from '@fauna-flags/client';
import { comparePositions, parsePosition } from '@fauna-flags/core/link';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, pause } from '../../manager/test/support/fauna-process.ts';
import { OpenStream } from '../../manager/test/support/sse.ts';
import { bound } from '../support/bound.ts';
import { rssOf } from '../support/process-readings.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { StreamLoad } from '../support/stream-load.ts';
import { TamperingProxy } from '../support/tampering-proxy.ts';
import { World } from '../support/world.ts';

const storm = 1_500;

describe('streams and those who read them', () => {
  let world: World;
  const clients: Client[] = [];
  beforeAll(async () => {
    world = await World.start({ managers: 1, bearers: 2 });
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
    world.heal();
  });
  afterAll(() => world?.dispose());

  /** An SDK that remembers every step backwards that it was made to take. */
  async function sdk(url: string) {
    const client = createClient({
      url,
      key: world.oracle.clientKey,
      context: { key: 'user-1' },
      storage: null,
    });
    clients.push(client);
    const steps: string[] = [];
    const regressions: string[] = [];
    client.on('change', () => {
      const [before, now] = [parsePosition(steps.at(-1)), parsePosition(client.status.position)];
      if (before !== undefined && now !== undefined && comparePositions(now, before) === 'older')
        regressions.push(`${client.status.position} after ${steps.at(-1)}`);
      if (client.status.position !== undefined) steps.push(client.status.position);
    });
    await client.ready();
    return { client, regressions };
  }
  const isCurrent = (client: Client) => client.get('counter', -1) === world.oracle.acknowledged;

  it('F29: a reader that does not read is cut within 15 s, and costs little memory until then', async () => {
    const bearer = world.bearer();
    await world.oracle.makeBulk();
    const load = await StreamLoad.open(
      {
        ports: [bearer.port],
        kind: 'server',
        key: world.oracle.serverKey,
        count: 50,
        first: 0,
        perSecond: 500,
        isReading: false,
        comesBack: false,
      },
      1,
    );
    try {
      await load.until(({ open }) => open === 50, 10_000);
      const rssBefore = rssOf(bearer.process.pid);
      let rssMax = 0;
      // Megabytes: more than the kernel takes for them.
      for (let write = 0; write < 25; write += 1) {
        await world.oracle.writeBulk();
        rssMax = Math.max(rssMax, rssOf(bearer.process.pid));
      }
      const startMs = performance.now();
      await eventually(async () => (await bearer.readiness())?.streams === 0, {
        what: 'a bearer without stalled streams',
        patienceMs: 30_000,
      });
      expect(performance.now() - startMs).toBeLessThan(bound(15_000));
      expect(rssMax - rssBefore).toBeLessThan(64 * 1024 * 1024);
    } finally {
      await load.end();
    }
  });

  it('F30: an SDK that is moved to a bearer that lags goes back to nothing older, and is current within 12 s', async () => {
    const [ahead, behind] = [world.bearer(0), world.bearer(1)];
    const { client, regressions } = await sdk(ahead.frontUrl);
    behind.toRedis.be('blackhole');
    behind.toManager.be('blackhole');
    await world.oracle.mustWrite();
    await eventually(() => isCurrent(client));
    ahead.front.aimAt(behind.port);
    ahead.front.cut();
    await pause(3_000);
    expect(isCurrent(client)).toBe(true);
    behind.heal();
    const startMs = performance.now();
    await world.oracle.mustWrite();
    await eventually(() => isCurrent(client), { patienceMs: 20_000, what: 'an SDK that is current' });
    expect(performance.now() - startMs).toBeLessThan(bound(12_000));
    expect(regressions).toEqual([]);
    ahead.front.aimAt(ahead.port);
  });

  it('F31: frames that come twice, again, garbled or cut leave an SDK with what is true', async () => {
    const random = new SeededRandom(31);
    const proxy = await TamperingProxy.open(world.bearer().url, random.next);
    try {
      const { client, regressions } = await sdk(proxy.url);
      const startMs = performance.now();
      while (performance.now() - startMs < 15_000) {
        await world.oracle.mustWrite();
        await pause(100);
        const { cut, doubled, replayed, garbled } = proxy.counts;
        if (Math.min(cut, doubled, replayed, garbled) >= 3) break;
      }
      expect(Math.min(...Object.values(proxy.counts))).toBeGreaterThan(0);
      await eventually(() => isCurrent(client), { patienceMs: 45_000, what: 'an SDK that is current' });
      expect(regressions).toEqual([]);
    } finally {
      await proxy.close();
    }
  });

  it('F32: back after 500 changes, an SDK gets one frame with all of it', async () => {
    const bearer = world.bearer();
    const open = (headers = {}) =>
      OpenStream.open(`${bearer.url}/stream/client`, {
        method: 'POST',
        key: world.oracle.clientKey,
        body: JSON.stringify({ context: { key: 'user-1' } }),
        headers,
      });
    const before = await open();
    const { id } = await before.frame('put');
    before.close();
    for (let write = 0; write < 500; write += 1) await world.oracle.mustWrite();
    await world.untilServed(bearer);
    const after = await open({ 'last-event-id': String(id) });
    await eventually(() => after.frames.length > 0);
    await pause(1_000);
    after.close();
    const states = after.frames.filter(({ event }) => event !== 'hb');
    expect(states.map(({ event }) => event)).toEqual([expect.stringMatching(/^(put|patch)$/)]);
    expect(states[0]?.data).toMatchObject({ flags: { counter: { value: world.oracle.acknowledged } } });
  });

  it(`F37: ${storm} streams come back at once within 10 s, and neither managers nor Redis hear of it`, async () => {
    const bearer = world.bearer();
    const plan = {
      kind: 'client',
      key: world.oracle.clientKey,
      count: storm,
      first: 0,
      perSecond: 1_000,
    } as const;
    const load = await StreamLoad.open({ ...plan, ports: [bearer.front.port] });
    const reads = async () => {
      const stats = await world.redis.client.info('commandstats');
      return Number(/cmdstat_hgetall:calls=(\d+)/.exec(stats)?.[1] ?? 0);
    };
    try {
      expect((await load.until(({ open }) => open === storm, 20_000)).held).toBe(true);
      const [readsBefore, managerBefore] = [await reads(), bearer.toManager.connectionCount];
      bearer.front.cut();
      const startMs = performance.now();
      await load.until(({ open }) => open < storm, 5_000);
      expect((await load.until(({ open }) => open === storm, 20_000)).report.open).toBe(storm);
      expect(performance.now() - startMs).toBeLessThan(bound(10_000));
      // Every bearer may read each of its documents once, and that is all.
      expect((await reads()) - readsBefore).toBeLessThanOrEqual(world.bearers.length * 8);
      expect(bearer.toManager.connectionCount).toBe(managerBefore);
    } finally {
      await load.end();
    }
  });
});
