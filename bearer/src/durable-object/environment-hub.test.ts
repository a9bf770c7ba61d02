import { flag, ruleset } from '@fauna-flags/core/testing';
import { formatStoredPosition, keyRegistryDocument } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { createBearer } from '../bearer.ts';
import { MemoryCopies } from '../documents/memory-copies.ts';
import { MemoryShelf, memorySources } from '../documents/memory-shelf.ts';
import { nodeCrypto } from '../entry/node-crypto.ts';
import { clientKey, environmentId, registryOf, rulesetSnapshot, snapshotOf } from '../testing/documents.ts';
import { FrameReader } from '../testing/frame-reader.ts';
import { ManualClock, settled } from '../testing/manual-clock.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { MemoryUsageSink } from '../usage/memory-usage-sink.ts';
import { EnvironmentHub, fullHubHeader } from './environment-hub.ts';
import type { HeldPositions } from './hub-answer.ts';

const other = '1f0e0d0c-0b0a-4908-8706-050403020100';
const pay = rulesetSnapshot(ruleset(flag('pay').on()));

function hubWorld({ streamsMax = 10 } = {}) {
  const shelf = new MemoryShelf();
  shelf.put(keyRegistryDocument, snapshotOf(registryOf()));
  shelf.put(environmentId, pay);
  shelf.put(other, pay);
  const clock = new ManualClock();
  const usage = new MemoryUsageSink();
  const copies = new MemoryCopies();
  const random = () => 0.5;
  let wakes = 0;
  const hub = new EnvironmentHub({
    wake() {
      wakes += 1;
      const bearer = createBearer({
        ...memorySources(shelf),
        usage,
        clock,
        random,
        crypto: nodeCrypto,
        log: new MemoryLog(),
        serves: new Set([environmentId]),
        copies,
        limits: { streamsMax },
      });
      return { bearer, usage };
    },
    clock,
    random,
    streamsMax,
  });
  /** Lets time pass until something has come true: a hub that has just woken waits a moment for its sources. */
  const soon = async <T>(coming: Promise<T>): Promise<T> => {
    let isOver = false;
    const over = coming.finally(() => {
      isOver = true;
    });
    while (!isOver) await clock.advance(10);
    return over;
  };
  const fetch = (path: string, key = clientKey) => {
    const init = { method: 'POST', headers: { authorization: key }, body: '{}' };
    return soon(hub.fetch(new Request(`https://hub${path}`, init)));
  };
  return {
    shelf,
    clock,
    hub,
    fetch,
    open: (key?: string) => fetch('/stream/client', key),
    changedSince: (held: HeldPositions) => soon(hub.changedSince(held)),
    usage,
    wakes: () => wakes,
  };
}

describe('EnvironmentHub', () => {
  it('holds streams, and judges whoever asks again', async () => {
    const { open, shelf } = hubWorld();
    expect((await open('a-key-that-nobody-knows-a-key-that')).status).toBe(401);
    const reader = new FrameReader((await open()).body);
    expect((await reader.next())?.event).toBe('put');
    shelf.put(environmentId, rulesetSnapshot(ruleset(flag('pay'), { version: 2 })));
    expect((await reader.next())?.event).toBe('patch');
  });

  it('says that it is full instead of holding one more, and answers whatever is no stream', async () => {
    const { fetch, open } = hubWorld({ streamsMax: 1 });
    await open();
    const refused = await open();
    expect([refused.status, refused.headers.get(fullHubHeader)]).toEqual([503, '1']);
    expect((await fetch('/connect/client')).status).toBe(200);
  });

  it('tells an isolate what it does not hold, of its own environment and the keys alone', async () => {
    const { changedSince, shelf } = hubWorld();
    const first = await changedSince({});
    expect(Object.keys(first.changed).sort()).toEqual([environmentId, keyRegistryDocument]);
    expect(first.isConfirmed).toBe(true);
    const held = Object.fromEntries(
      Object.entries(first.changed).map(([id, snapshot]) => [id, formatStoredPosition(snapshot)]),
    );
    expect((await changedSince(held)).changed).toEqual({});
    shelf.put(environmentId, rulesetSnapshot(ruleset(flag('pay'), { version: 2 })));
    await settled();
    expect(Object.keys((await changedSince(held)).changed)).toEqual([environmentId]);
  });

  it('rests after a minute in which nobody has asked and no stream was open, and wakes again', async () => {
    const { changedSince, open, clock, wakes } = hubWorld();
    const reader = new FrameReader((await open()).body);
    await reader.next();
    await clock.advance(600_000);
    expect(reader.waiting.some(({ event }) => event === 'goodbye')).toBe(false);
    await reader.leave();
    await settled();
    await clock.advance(70_000);
    expect(clock.pending).toBe(0);
    expect(wakes()).toBe(1);
    expect(Object.keys((await changedSince({})).changed)).toContain(environmentId);
    expect(wakes()).toBe(2);
  });

  it('takes counts that isolates were given', async () => {
    const { hub, usage } = hubWorld();
    const batch = { sdk: { name: 'test', version: '1' }, window: { from: 1, to: 2 }, counts: [] };
    await hub.record([{ environmentId, keyId: 'k', receivedAt: 1, batch }]);
    expect(usage.take()).toHaveLength(1);
  });
});
