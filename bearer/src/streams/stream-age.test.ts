import { flag, ruleset } from '@fauna-flags/core/testing';
import { describe, expect, it } from 'vitest';
import { type BearerWorld, bearerWorld } from '../testing/bearer-world.ts';
import { FrameReader } from '../testing/frame-reader.ts';

/** A bearer whose streams live a minute, give or take as `random` says. */
const shortLived = (random: () => number) =>
  bearerWorld({
    ruleset: ruleset(flag('pay').on()),
    deps: { random, limits: { streamAgeMsMax: 60_000, heartbeatMs: 1_000 } },
  });

async function ofrepStream(world: BearerWorld): Promise<FrameReader> {
  const answer = await world.post('/ofrep/v1/evaluate/flags', { context: { targetingKey: 'u1' } });
  const { eventStreams } = (await answer.json()) as {
    eventStreams: readonly { endpoint: { requestUri: string } }[];
  };
  return new FrameReader((await world.request(eventStreams[0]?.endpoint.requestUri ?? '')).body);
}

describe('a stream that has become old', () => {
  it('is told to come back, within ±20 % of its age, so that a bearer that joins gets its share', async () => {
    for (const [share, earliestMs] of [
      [0, 48_000],
      [0.5, 60_000],
      [0.99, 71_000],
    ] as const) {
      const world = await shortLived(() => share);
      const reader = await world.streamClient({ key: 'u1' });
      await world.clock.advance(earliestMs - 1_000);
      expect(world.bearer.status().streams).toBe(1);
      await world.clock.advance(3_000);
      expect(world.bearer.status().streams).toBe(0);
      const last = reader.waiting.at(-1);
      expect(last).toMatchObject({ event: 'goodbye', data: { delayMs: Math.floor(share * 1_000) } });
    }
  });

  it('is as old as it is, whatever somebody sets the clock to', async () => {
    const world = await shortLived(() => 0.5);
    await world.streamClient({ key: 'u1' });
    world.clock.jump(3_600_000);
    await world.clock.advance(50_000);
    expect(world.bearer.status().streams).toBe(1);
    world.clock.jump(-7_200_000);
    await world.clock.advance(13_000);
    expect(world.bearer.status().streams).toBe(0);
  });

  it('resumes without a whole state', async () => {
    const world = await shortLived(() => 0.5);
    const reader = await world.streamClient({ key: 'u1' });
    await world.clock.advance(65_000);
    const position = reader.waiting.at(-1)?.id ?? '';
    const next = await world.streamClient({ key: 'u1' }, { 'last-event-id': position });
    expect(await next.next()).toMatchObject({ event: 'none', data: { position } });
  });

  it('stays open when it speaks OFREP: its clients are stale after every reconnect', async () => {
    const world = await shortLived(() => 0.5);
    await ofrepStream(world);
    await world.clock.advance(120_000);
    expect(world.bearer.status().streams).toBe(1);
  });
});
