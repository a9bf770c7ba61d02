import type { Ruleset } from '@fauna-flags/core';
import { attribute, audience, flag, inAudience, ruleset } from '@fauna-flags/core/testing';
import { serverPatchSchema, serverPutSchema } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { bearerWorld, positionTextOf } from '../testing/bearer-world.ts';

const first = ruleset(flag('pay').on(), flag('old'), {
  attributes: { state: 'string', age: 'number' },
  audiences: {
    west: audience(attribute('state', 'in', ['WA'])),
    gone: audience(attribute('age', 'gt', [1])),
  },
});
const second: Ruleset = {
  ...ruleset(flag('pay').on().rule('r1', inAudience('west'), 'off'), flag('new').on(), {
    version: 2,
    attributes: { state: 'string', plan: 'string' },
    audiences: { west: audience(attribute('state', 'in', ['WA', 'OR'])) },
  }),
};

describe('GET /stream/server', () => {
  it('begins with the stored ruleset and its position', async () => {
    const world = await bearerWorld();
    const snapshot = await world.publish(first);
    const frame = await (await world.streamServer()).next();
    expect(frame).toMatchObject({ event: 'put', id: positionTextOf(snapshot) });
    expect(serverPutSchema.parse(frame?.data)).toEqual({ position: positionTextOf(snapshot), ...first });
  });

  it('patches whole entries and names what is gone, so that both together are the new ruleset', async () => {
    const world = await bearerWorld({ ruleset: first });
    const reader = await world.streamServer();
    await reader.next();
    const snapshot = await world.publish(second);
    const frame = await reader.next();
    expect(frame).toMatchObject({ event: 'patch', id: positionTextOf(snapshot) });
    const patch = serverPatchSchema.parse(frame?.data);
    expect(patch).toEqual({
      position: positionTextOf(snapshot),
      version: 2,
      flags: second.flags,
      audiences: second.audiences,
      attributes: { plan: { type: 'string' } },
      removed: ['old'],
      removedAudiences: ['gone'],
      removedAttributes: ['age'],
    });
  });

  it('sends entries whose names are those of built-in members like any other', async () => {
    const world = await bearerWorld({ ruleset: first });
    const reader = await world.streamServer();
    await reader.next();
    await world.publish(ruleset(flag('constructor').on(), flag('hasOwnProperty').on(), { version: 2 }));
    const patch = serverPatchSchema.parse((await reader.next())?.data);
    expect(Object.keys(patch.flags)).toEqual(['constructor', 'hasOwnProperty']);
    await world.publish(ruleset({ version: 3 }));
    expect(serverPatchSchema.parse((await reader.next())?.data).removed).toEqual([
      'constructor',
      'hasOwnProperty',
    ]);
  });

  it('moves its readers onto a higher epoch at a lower version', async () => {
    const world = await bearerWorld({ ruleset: { ...first, version: 9 } });
    const reader = await world.streamServer();
    await reader.next();
    const snapshot = await world.publish(second, 1_800_000_000);
    expect(await reader.next()).toMatchObject({
      event: 'patch',
      id: positionTextOf(snapshot),
      data: { version: 2 },
    });
  });
});
