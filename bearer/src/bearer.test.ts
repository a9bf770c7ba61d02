import { flag, ruleset } from '@fauna-flags/core/testing';
import { goodbyeSchema } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { memorySources } from './documents/memory-shelf.ts';
import { bearerPrefixes } from './index.ts';
import { valueIn } from './testing/answers.ts';
import { bearerWorld, positionTextOf } from './testing/bearer-world.ts';
import { clientKey, environmentId, registered, registryOf } from './testing/documents.ts';
import { settled } from './testing/manual-clock.ts';
import { sha256 } from './testing/node-sha256.ts';

const flags = ruleset(flag('pay').on());

describe('createBearer()', () => {
  it('is live at once, and ready when keys can be judged and every environment was asked for', async () => {
    const world = await bearerWorld({ registry: null });
    expect((await world.request('/healthz')).status).toBe(200);
    expect((await world.request('/readyz')).status).toBe(503);
    const snapshot = await world.publish(flags);
    await world.publishKeys(registryOf());
    const reader = await world.streamClient({ key: 'u1' });
    await reader.next();
    const response = await world.request('/readyz');
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        ready: true,
        source: 'store',
        keys: {
          position: expect.stringMatching(/^1700000000-1-/),
          source: 'live',
          staleSeconds: 0,
          rejected: null,
          rejections: 0,
        },
        environments: [
          {
            id: environmentId,
            position: positionTextOf(snapshot),
            source: 'live',
            staleSeconds: 0,
            rejected: null,
            rejections: 0,
            streams: 1,
          },
        ],
        streams: 1,
        copyFailures: 0,
      },
    ]);
    expect(world.bearer.status()).toMatchObject({ ready: true, streams: 1 });
  });

  it('follows environments as keys lead to them, and forgets those that none leads to', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const other = { environment: '11111111-1111-4111-8111-111111111111' };
    await world.publishKeys(
      registryOf(registered(clientKey), registered('key-of-another-environment', other)),
    );
    // An environment without a ruleset is known to have none, which is no reason to turn the others away.
    expect(world.bearer.status()).toMatchObject({
      ready: true,
      environments: [{ id: environmentId }, { id: other.environment, position: null, source: 'waiting' }],
    });
    await world.publishKeys(registryOf(registered(clientKey)));
    expect(world.bearer.status().environments.map(({ id }) => id)).toEqual([environmentId]);
  });

  it('stays ready and serves the last good state when its sources fail', async () => {
    const inner = await bearerWorld({ ruleset: flags });
    const sources = memorySources(inner.shelf);
    let failing = false;
    const refuse = <T>(read: () => Promise<T>) => (failing ? Promise.reject(new Error('refused')) : read());
    const world = await bearerWorld({
      deps: {
        rulesets: {
          read: (id) => refuse(() => sources.rulesets.read(id)),
          position: (id) => refuse(() => sources.rulesets.position(id)),
          watch: () => () => {},
          close: async () => {},
        },
        keys: {
          read: () => refuse(() => sources.keys.read()),
          position: () => refuse(() => sources.keys.position()),
          watch: () => () => {},
          close: async () => {},
        },
      },
    });
    failing = true;
    await world.clock.advance(600_000);
    expect((await world.post('/connect/client')).status).toBe(200);
    expect(world.bearer.status()).toMatchObject({
      ready: true,
      environments: [{ source: 'stale', staleSeconds: expect.any(Number) }],
    });
    expect(world.bearer.status().environments[0]?.staleSeconds).toBeGreaterThan(590);
  });

  it('keeps serving the last good ruleset when a poisonous one is published, and the next good one heals it', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const poison = new TextEncoder().encode('{"schema":1,"flags":[]}');
    world.shelf.put(environmentId, {
      epoch: 1_700_000_000,
      version: 2,
      hash: sha256(poison),
      payload: poison,
    });
    await settled();
    expect(await valueIn(await world.post('/connect/client'), 'pay')).toBe(true);
    expect(world.bearer.status().environments[0]?.rejected).toMatch(/^1700000000-2-/);
    await world.publish({ ...ruleset(flag('pay')), version: 3 });
    expect(await valueIn(await world.post('/connect/client'), 'pay')).toBe(false);
    expect(world.bearer.status().environments[0]?.rejected).toBeNull();
  });

  it('closes once, says goodbye to each stream with a delay of its own, and leaves no timer', async () => {
    let calls = 0;
    const random = () => {
      calls += 1;
      return (calls % 10) / 10;
    };
    const world = await bearerWorld({ ruleset: flags, deps: { random } });
    const readers = await Promise.all([world.streamClient({}), world.streamClient({}), world.streamServer()]);
    await Promise.all([world.bearer.close(), world.bearer.close()]);
    await settled();
    const goodbyes = readers.map(({ waiting }) => waiting.at(-1));
    expect(goodbyes.map((frame) => frame?.event)).toEqual(['goodbye', 'goodbye', 'goodbye']);
    const delays = goodbyes.map((frame) => goodbyeSchema.parse(frame?.data).delayMs);
    expect(new Set(delays).size).toBeGreaterThan(1);
    expect(world.clock.pending).toBe(0);
    expect(world.bearer.status()).toMatchObject({ ready: false, streams: 0 });
  });

  it('names the paths that are its own', () => {
    expect(bearerPrefixes).toEqual(['/connect', '/stream', '/usage', '/ofrep']);
  });
});
