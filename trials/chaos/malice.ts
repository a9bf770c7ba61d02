import { connect, type Socket } from 'node:net';
import { flag } from '@fauna-flags/core/testing';
import { keyRegistryDocument } from '@fauna-flags/protocol';
import { registered, registryOf, snapshotOf } from '../../bearer/src/testing/documents.ts';
import { eventually, pause } from '../../manager/test/support/fauna-process.ts';
import { runFuzz } from '../fuzz/run-fuzz.ts';
import { runPoison } from '../fuzz/run-poison.ts';
import { Prober } from '../support/prober.ts';
import { rssOf } from '../support/process-readings.ts';
import { PublishedWorld } from '../support/published-world.ts';
import { storyKeys, storyRuleset } from '../support/story.ts';
import { StreamLoad } from '../support/stream-load.ts';
import { atMost, exactly, holds, megabytes, type Scenario } from './scenario.ts';

/** C14. */
export const malformedRequests: Scenario = {
  id: 'C14',
  title: '100,000 malformed requests with 200 rps of valid traffic',
  async run({ seed }) {
    const results = await runFuzz({ requests: 100_000, seed, validPerSecond: 200, calmMs: 10_000 });
    const answers = Object.values(results.statuses).reduce((sum, count) => sum + count, 0);
    return [
      exactly(`answers 5xx, of ${answers}`, results.suspects.length, 0, results.suspects.map(String)),
      holds('no crash', results.isAlive && results.errors.length === 0, results.errors[0] ?? 'none'),
      atMost('RSS growth', megabytes(results.rssGrowthBytes), 50, ' MB'),
      exactly('failed valid requests', results.valid.failureCount, 0, results.valid.failures),
      atMost('p99 of valid requests, × of that before', results.valid.p99Ms / results.calm.p99Ms, 2),
    ];
  },
};

/** C15. */
export const slowloris: Scenario = {
  id: 'C15',
  title: '5,000 half-sent headers',
  async run() {
    const world = await PublishedWorld.start();
    const sockets: Socket[] = [];
    try {
      const probe = () => new Prober({ ports: [world.port()], key: storyKeys.clientKey, perSecond: 100 });
      const calmProber = probe();
      await pause(3_000);
      const calm = await calmProber.stop();
      const prober = probe();
      let closed = 0;
      let lastMs = 0;
      const startMs = performance.now();
      for (let at = 0; at < 5_000; at += 1) {
        const beganMs = performance.now();
        const socket = connect({
          port: world.port(),
          host: '127.0.0.1',
          localAddress: `127.0.2.${1 + (at % 100)}`,
        });
        socket.on('error', () => {});
        socket.on('connect', () =>
          socket.write('POST /connect/client HTTP/1.1\r\nHost: localhost\r\nX-Slow: '),
        );
        socket.on('close', () => {
          closed += 1;
          lastMs = Math.max(lastMs, performance.now() - beganMs);
        });
        // One more byte now and then, so that the connection never looks idle.
        const drip = setInterval(() => socket.writable && socket.write('x'), 1_000);
        socket.on('close', () => clearInterval(drip));
        socket.resume();
        sockets.push(socket);
        if (at % 50 === 0) await pause(10);
      }
      await eventually(() => closed === 5_000, { patienceMs: 40_000, what: 'the end of all' }).catch(
        () => {},
      );
      const valid = await prober.stop();
      return [
        exactly('connections that were closed', closed, 5_000),
        atMost('the last after', lastMs / 1_000, 10, ' s'),
        exactly('failed valid requests', valid.failureCount, 0, valid.failures),
        holds(
          'valid traffic unaffected: p50 within 2 × of that before',
          valid.p50Ms <= 2 * calm.p50Ms,
          `${valid.p50Ms.toFixed(1)} ms after ${calm.p50Ms.toFixed(1)} ms (p99 ${valid.p99Ms.toFixed(0)} ms after ${calm.p99Ms.toFixed(0)} ms), ${Math.round((performance.now() - startMs) / 1_000)} s`,
        ),
      ];
    } finally {
      for (const socket of sockets) socket.destroy();
      await world.dispose();
    }
  },
};

/** C16. */
export const deafReaders: Scenario = {
  id: 'C16',
  title: '1,000 SSE clients that never read, 10 MB of updates',
  async run() {
    const world = await PublishedWorld.start();
    const load = await openServerStreams(world, { isReading: false, comesBack: false });
    try {
      const streamsAt = async () =>
        ((await (await fetch(`${world.bearer().url}/readyz`)).json()) as { streams: number }).streams;
      await eventually(async () => (await streamsAt()) === 1_000, { what: 'all streams' });
      const before = rssOf(world.bearer().pid);
      let most = before;
      const startMs = performance.now();
      for (let version = 2; version <= 101; version += 1) {
        const text = String.fromCharCode(97 + (version % 26)).repeat(100_000);
        const bulk = flag('bulk').on().variations({ text, other: '' });
        await world.publish(storyRuleset({ version, flags: [bulk] }));
        await pause(100);
        most = Math.max(most, rssOf(world.bearer().pid));
      }
      await eventually(async () => (await streamsAt()) === 0, { patienceMs: 60_000, what: 'none' }).catch(
        () => {},
      );
      const tookMs = performance.now() - startMs;
      return [
        exactly('streams left', await streamsAt(), 0),
        atMost('until all were dropped', tookMs / 1_000, 60, ' s'),
        atMost('RSS growth at most', megabytes(most - before), 64, ' MB'),
      ];
    } finally {
      await load.end();
      await world.dispose();
    }
  },
};

/** C17. */
export const poisonedRulesets: Scenario = {
  id: 'C17',
  title: '1 M random and mutated rulesets into a bearer',
  shortened: '50,000',
  async run({ isFull, seed }) {
    const { fed, applied, refused, failures } = await runPoison({ count: isFull ? 1_000_000 : 50_000, seed });
    return [
      exactly(`crashes, throws and other flags affected, of ${fed}`, failures.length, 0, failures),
      holds('both applied and refused', applied > 0 && refused > 0, `${applied} applied, ${refused} refused`),
    ];
  },
};

/** C18. */
export const revokedKey: Scenario = {
  id: 'C18',
  title: 'revoke a server key with 1,000 open streams',
  async run() {
    const world = await PublishedWorld.start();
    const load = await openServerStreams(world);
    try {
      const opened = await load.until(({ open }) => open === 1_000, 20_000);
      await load.mark('{}');
      const atMs = performance.timeOrigin + performance.now();
      await world.redis.publish(
        keyRegistryDocument,
        snapshotOf(registryOf(registered(storyKeys.clientKey)), { version: 2 }),
      );
      const { report } = await load.until(({ open }) => open === 0, 10_000);
      const tookMs = performance.timeOrigin + performance.now() - atMs;
      const told = report.markedAtMs.map((ms) => ms - atMs).sort((a, b) => a - b);
      await load.until(({ refusals }) => (refusals[401] ?? 0) >= 1_000, 10_000);
      const { refusals } = await load.report();
      return [
        exactly('streams before', opened.report.open, 1_000),
        exactly('streams told "revoked"', told.length, 1_000),
        atMost('p99 until told', told[989] ?? Number.NaN, 1_000, ' ms'),
        exactly('streams left', report.open, 0),
        holds('all closed', report.open === 0, `${Math.round(tookMs)} ms`),
        holds(
          'whoever comes back gets 401',
          (refusals[401] ?? 0) >= 1_000 && Object.keys(refusals).length === 1,
          JSON.stringify(refusals),
        ),
      ];
    } finally {
      await load.end();
      await world.dispose();
    }
  },
};

/** A thousand streams that carry the ruleset. */
function openServerStreams(
  world: PublishedWorld,
  readers: { readonly isReading?: boolean; readonly comesBack?: boolean } = {},
): Promise<StreamLoad> {
  return StreamLoad.open({
    ports: [world.port()],
    kind: 'server',
    key: storyKeys.serverKey,
    count: 1_000,
    first: 0,
    perSecond: 1_000,
    ...readers,
  });
}
