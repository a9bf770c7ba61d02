import { flag, ruleset } from '@fauna-flags/core/testing';
import { describe, expect, it } from 'vitest';
import { noMeter, type StreamEnding } from '../metrics/meter.ts';
import { bearerWorld } from '../testing/bearer-world.ts';
import { clientKey, registered, registryOf } from '../testing/documents.ts';

/** A bearer that notes how its streams begin and end. */
async function metered(limits = {}) {
  const ended: StreamEnding[] = [];
  let opened = 0;
  const meter = {
    ...noMeter,
    opened: () => {
      opened += 1;
    },
    ended: (why: StreamEnding) => void ended.push(why),
  };
  const world = await bearerWorld({ ruleset: ruleset(flag('pay').on()), deps: { meter, limits } });
  return { world, ended, opened: () => opened };
}

describe('the end of a stream is counted', () => {
  it('as left, when its reader goes', async () => {
    const { world, ended, opened } = await metered();
    await (await world.streamClient({ key: 'u' })).leave();
    expect([opened(), ended]).toEqual([1, ['left']]);
  });

  it('as slow, when its reader takes nothing', async () => {
    const { world, ended } = await metered();
    const response = await world.post('/stream/client', { context: { key: 'u' } });
    await world.clock.advance(11_000);
    expect(ended).toEqual(['slow']);
    await response.body?.cancel().catch(() => {});
  });

  it('as revoked, when its key ends, by a change or by time', async () => {
    const { world, ended } = await metered();
    await world.streamClient({ key: 'u' });
    const expiresAt = world.clock.now() + 5_000;
    await world.publishKeys(registryOf(registered(clientKey, { expiresAt })));
    await world.clock.advance(4_000);
    expect(ended).toEqual([]);
    await world.clock.advance(1_500);
    expect(ended).toEqual(['revoked']);
  });

  it('as goodbye, when it is old or the bearer closes', async () => {
    const { world, ended } = await metered({ streamAgeMsMax: 10_000, heartbeatMs: 1_000 });
    await world.streamClient({ key: 'u' });
    await world.clock.advance(13_000);
    await world.streamClient({ key: 'u' });
    await world.bearer.close();
    expect(ended).toEqual(['goodbye', 'goodbye']);
  });
});
