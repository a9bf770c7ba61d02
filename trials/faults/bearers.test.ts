import { rm, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, pause, projectRoot } from '../../manager/test/support/fauna-process.ts';
import { bound } from '../support/bound.ts';
import { StreamLoad } from '../support/stream-load.ts';
import { World } from '../support/world.ts';

const streams = 1_000;

describe('bearers that die', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ managers: 1, bearers: 2 });
  });
  afterEach(() => world.heal());
  afterAll(() => world?.dispose());

  const flagsPath = '/projects/trial/flags';
  it(`F21: killed with ${streams} streams and back after a second, it has them all within 10 s`, async () => {
    const [bearer, successor] = [world.bearer(0), world.bearer(1)];
    const load = await StreamLoad.open({
      ports: [bearer.port],
      kind: 'client',
      key: world.oracle.clientKey,
      count: streams,
      first: 0,
      perSecond: 1_000,
    });
    try {
      expect((await load.until(({ open }) => open === streams, 20_000)).held).toBe(true);
      const prober = world.probe(50, [successor]);
      await bearer.kill();
      const startMs = performance.now();
      await pause(1_000);
      // Its address comes to stand for a process that runs already: how long one takes to start is not what is asked.
      await load.aim([successor.port]);
      expect((await load.until(({ open }) => open === streams, 20_000)).report.open).toBe(streams);
      expect(performance.now() - startMs).toBeLessThan(bound(10_000));
      expect((await prober.stop()).failures).toEqual([]);
    } finally {
      await load.end();
      await bearer.start();
    }
  });

  it('F22: killed while it keeps copies, it begins with a whole one', async () => {
    const bearer = await world.anotherBearer();
    try {
      await bearer.start();
      await world.untilServed(bearer);
      for (let round = 0; round < 4; round += 1) {
        await pause(300); // What was served before is kept by now.
        const before = world.oracle.acknowledged;
        let writing = true;
        const writes = (async () => {
          while (writing) await world.oracle.mustWrite();
        })();
        await pause(100 + Math.random() * 200);
        await bearer.kill();
        writing = false;
        await writes;
        bearer.toRedis.be('refuse');
        bearer.toManager.be('refuse');
        await bearer.start();
        const value = await eventually(async () => await world.oracle.valueAt(bearer.url), {
          what: 'an answer from a copy',
          patienceMs: 3_000,
        });
        // One of what was written, and nothing from before the round: that had been kept long ago.
        const since = (at: number) => (at - before + 250) % 250;
        expect(since(value)).toBeLessThanOrEqual(since(world.oracle.acknowledged));
        bearer.heal();
        await world.untilServed(bearer);
        await pause(100);
      }
    } finally {
      await bearer.dispose();
    }
  });

  it('F23: killed by a snapshot, it dies of it once, serves what it had, and goes on with the next', async () => {
    const preload = pathToFileURL(`${projectRoot}/trials/support/programs/die-of-poison.mjs`).href;
    const bearer = await world.anotherBearer({ environment: { NODE_OPTIONS: `--import=${preload}` } });
    const { fauna } = world.manager();
    try {
      await bearer.start();
      await world.untilServed(bearer);
      await pause(500); // The copy is kept behind the answer.
      const created = await fauna.api('POST', flagsPath, {
        key: 'poison-pill',
        name: 'Pill',
        kind: 'boolean',
      });
      expect(created.status).toBe(201);
      await eventually(() => bearer.process.hasEnded, { what: 'the death of a bearer' });
      fauna.output = '';
      await bearer.start();
      expect(await world.untilServed(bearer)).toBeLessThan(bound(3_000));
      await pause(3_000);
      expect(bearer.process.hasEnded).toBe(false);
      const status = (await bearer.readiness())?.environments.find(
        ({ id }) => id === world.oracle.environmentId,
      );
      expect(status?.rejected).toMatch(/^\d+-\d+-[0-9a-f]+$/);
      // The others never knew.
      expect(await world.oracle.valueAt(world.bearer().url)).toBe(world.oracle.acknowledged);
      await fauna.api('POST', `${flagsPath}/poison-pill/archive`);
      await world.oracle.mustWrite();
      expect(await world.untilServed(bearer)).toBeLessThan(bound(3_000));
      expect(bearer.process.hasEnded).toBe(false);
    } finally {
      await bearer.dispose();
    }
  });

  it('F27: without a place to keep anything, it serves from memory and says so', async () => {
    const bearer = await world.anotherBearer();
    try {
      // As full or read-only as a disk can be, also for root: where the folder should be is a file.
      await rm(bearer.dataDir, { recursive: true });
      await writeFile(bearer.dataDir, '');
      await bearer.start();
      await world.untilServed(bearer);
      const prober = world.probe(50, [bearer]);
      for (let write = 0; write < 5; write += 1) {
        await world.oracle.mustWrite();
        expect(await world.untilServed(bearer)).toBeLessThan(bound(2_000));
      }
      expect((await prober.stop()).failures).toEqual([]);
      await eventually(() => /keep|copy|copies/i.test(bearer.process.output), { what: 'a word of it' });
      expect(bearer.process.hasEnded).toBe(false);
    } finally {
      await bearer.dispose();
    }
  });
});
