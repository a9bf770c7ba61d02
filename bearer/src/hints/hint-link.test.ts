import { describe, expect, it } from 'vitest';
import { ManualClock, settled } from '../testing/manual-clock.ts';
import { MemoryChannel } from '../testing/memory-channel.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { HintLink } from './hint-link.ts';
import { subscriberContract } from './subscriber.contract.ts';

subscriberContract('MemoryChannel', async () => {
  const channel = new MemoryChannel();
  return {
    connect: channel.connect,
    publish: async (name, message) => channel.publish(name, message),
    cutAll: async () => channel.cutAll(),
  };
});

async function linked(health: MemoryChannel['health'] = 'well') {
  const channel = new MemoryChannel();
  channel.health = health;
  const clock = new ManualClock();
  const log = new MemoryLog();
  const link = new HintLink({
    connect: channel.connect,
    channel: 'hints',
    timing: { subscribeMsMax: 4_000, pingMs: 2_000, pingMsMax: 2_000 },
    clock,
    random: () => 0.5,
    log,
    fields: { purpose: 'hints' },
  });
  const hints: string[] = [];
  for (const documentId of ['a', 'b']) link.watch(documentId, () => hints.push(documentId));
  await settled();
  /** What was hinted since the last call. */
  const taken = () => hints.splice(0);
  return { channel, clock, log, link, taken };
}

describe('HintLink', () => {
  it('hints every watch once it listens, and then those of the document that a message names', async () => {
    const { channel, taken } = await linked();
    expect(taken()).toEqual(['a', 'b']);
    channel.publish('hints', 'b 1 2 00000000');
    channel.publish('hints', 'unheard-of 1 2 00000000');
    channel.publish('hints', '');
    expect(taken()).toEqual(['b']);
  });

  it('hints no watch before the subscription stands', async () => {
    const { channel, clock, taken } = await linked('refuses');
    await clock.advance(10_000);
    expect(taken()).toEqual([]);
    channel.health = 'well';
    await clock.advance(3_000);
    expect(taken()).toEqual(['a', 'b']);
  });

  it('hints every watch again after the connection ended, for what was published meanwhile', async () => {
    const { channel, clock, taken } = await linked();
    taken();
    channel.cutAll();
    channel.publish('hints', 'a 1 2 00000000');
    await settled();
    expect(taken()).toEqual([]);
    await clock.advance(200);
    expect(taken()).toEqual(['a', 'b']);
  });

  it('replaces a connection that has died without a word within 4.2 s', async () => {
    const { channel, clock, taken } = await linked();
    taken();
    channel.health = 'silent';
    await clock.advance(3_999);
    expect(channel.connects).toBe(1);
    channel.health = 'well'; // The old connection still waits for its answer, and a new one would get one.
    await clock.advance(201);
    expect(channel).toMatchObject({ connects: 2, size: 1 });
    expect(taken()).toEqual(['a', 'b']);
  });

  it('gives up on a server that takes the connection and never answers', async () => {
    const { channel, clock } = await linked('silent');
    await clock.advance(4_000 + 200);
    expect(channel.connects).toBe(2);
  });

  it('waits 200 ms, doubled up to two seconds, and begins anew once it has listened for a while', async () => {
    const { channel, clock } = await linked('refuses');
    const connectsAfter = async (ms: number) => {
      await clock.advance(ms);
      return channel.connects;
    };
    // 200 + 400 + 800 + 1600 + 2000 + 2000, each seen just before and when it is over.
    for (const [place, delayMs] of [200, 400, 800, 1_600, 2_000, 2_000].entries()) {
      expect(await connectsAfter(delayMs - 1)).toBe(place + 1);
      expect(await connectsAfter(1)).toBe(place + 2);
    }
    channel.health = 'well';
    await clock.advance(2_000 + 2_000);
    const before = channel.connects;
    channel.cutAll();
    expect(await connectsAfter(200)).toBe(before + 1);
  });

  it('does not hurry back to a server that lets it in and drops it', async () => {
    const { channel, clock } = await linked();
    for (let round = 0; round < 5; round += 1) {
      channel.cutAll();
      await clock.advance(200);
    }
    expect(channel.connects).toBeLessThan(4);
  });

  it('spreads reconnects by half to either side', async () => {
    for (const [chance, delayMs] of [
      [0, 100],
      [0.999_999, 300],
    ] as const) {
      const channel = new MemoryChannel();
      const clock = new ManualClock();
      const link = new HintLink({
        connect: channel.connect,
        channel: 'hints',
        timing: { subscribeMsMax: 4_000, pingMs: 2_000, pingMsMax: 2_000 },
        clock,
        random: () => chance,
        log: new MemoryLog(),
        fields: {},
      });
      await settled();
      channel.cutAll();
      await clock.advance(delayMs - 1);
      expect(channel.connects).toBe(1);
      await clock.advance(1);
      expect(channel.connects).toBe(2);
      link.close();
    }
  });

  it('says once that it cannot listen and once that it can again', async () => {
    const { channel, clock, log } = await linked('refuses');
    await clock.advance(60_000);
    channel.health = 'well';
    await clock.advance(60_000);
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'Cannot listen for hints, trying again',
        fields: { purpose: 'hints', reason: 'Connection refused' },
      },
      { level: 'info', message: 'Listening for hints again', fields: { purpose: 'hints' } },
    ]);
  });

  it('hints no more once it is closed, also twice, and leaves neither timer nor connection', async () => {
    for (const health of ['well', 'refuses', 'silent'] as const) {
      const { channel, clock, link, taken } = await linked(health);
      taken();
      link.close();
      link.close();
      channel.health = 'well';
      channel.publish('hints', 'a 1 2 00000000');
      await clock.advance(60_000);
      expect(taken()).toEqual([]);
      expect(channel).toMatchObject({ connects: 1, size: 0 });
      expect(clock.pending).toBe(0);
    }
  });

  it('ends one watch and keeps the others, also when one function watches twice', async () => {
    const { channel, link } = await linked();
    let hints = 0;
    const onHint = () => {
      hints += 1;
    };
    const end = link.watch('c', onHint);
    link.watch('c', onHint);
    end();
    end();
    channel.publish('hints', 'c 1 2 00000000');
    expect(hints).toBe(1);
  });
});
