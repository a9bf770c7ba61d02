import { re2Regex } from '@fauna-flags/core/re2';
import { flag, ruleset } from '@fauna-flags/core/testing';
import { keyRegistryDocument, type Snapshot } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../entry/node-crypto.ts';
import { clientAnswerOf } from '../testing/answers.ts';
import { positionTextOf } from '../testing/bearer-world.ts';
import {
  clientKey,
  environmentId,
  registered,
  registryOf,
  rulesetSnapshot,
  snapshotOf,
} from '../testing/documents.ts';
import { settled } from '../testing/manual-clock.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import type { HubAnswer } from './hub-answer.ts';
import { Isolate, type RequestScope } from './isolate.ts';

const at = (version: number, on = true) =>
  rulesetSnapshot(ruleset(on ? flag('pay').on() : flag('pay'), { version }));

/** One isolate before hubs that a test holds in its hands. */
function world() {
  let now = 1_700_000_000_000;
  const documents = new Map<string, Snapshot>([
    [keyRegistryDocument, snapshotOf(registryOf())],
    [environmentId, at(1)],
  ]);
  const hub = { isConfirmed: true, health: 'well' as 'well' | 'silent' | 'broken' };
  const asked: string[] = [];
  const isolate = new Isolate({
    clock: { now: () => now, steady: () => now },
    random: () => 0.5,
    crypto: nodeCrypto,
    regex: re2Regex(),
    log: new MemoryLog(),
  });
  const scope: RequestScope = {
    async ask(documentId, held): Promise<HubAnswer> {
      asked.push(documentId);
      await settled(); // It is another process.
      if (hub.health === 'broken') throw new Error('away');
      if (hub.health === 'silent') return new Promise(() => {});
      const changed = [...documents].filter(
        ([id, { epoch, version, hash }]) => held[id] !== `${epoch}-${version}-${hash}`,
      );
      return { changed: Object.fromEntries(changed), isConfirmed: hub.isConfirmed };
    },
    // Whatever can answer has done so by then.
    async sleep() {
      for (let turn = 0; turn < 3; turn += 1) await settled();
    },
    waitUntil: () => {},
  };
  const connect = async (key = clientKey, query = '', path = '/connect/client') => {
    const request = new Request(`https://flags.example${path}${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: '{}',
    });
    const response = await isolate.answer(request, await isolate.environmentOf(request, scope), scope);
    await settled();
    return response;
  };
  return {
    documents,
    hub,
    asked,
    isolate,
    connect,
    pass: (ms: number) => {
      now += ms;
    },
    /** What is answered to a client at this moment: its position, or the status. */
    async seen(key?: string) {
      const response = await connect(key);
      return response?.status === 200 ? (await clientAnswerOf(response)).position : response?.status;
    },
  };
}

describe('Isolate', () => {
  it('asks for the keys, then for the environment of one, before its first answer', async () => {
    const { seen, asked } = world();
    expect(await seen()).toBe(positionTextOf(at(1)));
    expect(asked).toEqual([keyRegistryDocument, environmentId]);
  });

  it('answers from memory for a second, then too, but asks meanwhile', async () => {
    const { seen, asked, documents, pass } = world();
    await seen();
    documents.set(environmentId, at(2));
    pass(1_000);
    expect([await seen(), asked.length]).toEqual([positionTextOf(at(1)), 2]);
    pass(1);
    expect([await seen(), asked.length]).toEqual([positionTextOf(at(1)), 3]);
    expect(await seen()).toBe(positionTextOf(at(2)));
  });

  it('waits for the hub when it has not asked for ten seconds, but not for long', async () => {
    const { seen, hub, documents, pass } = world();
    await seen();
    documents.set(environmentId, at(2));
    pass(10_001);
    expect(await seen()).toBe(positionTextOf(at(2)));
    hub.health = 'silent';
    documents.set(environmentId, at(3));
    pass(20_000);
    expect(await seen()).toBe(positionTextOf(at(2)));
    hub.health = 'broken';
    pass(60_000);
    expect(await seen()).toBe(positionTextOf(at(2)));
  });

  it('hears of a revoked key within two questions, and never takes an unknown one for known', async () => {
    const { seen, documents, pass, asked } = world();
    await seen();
    const revoked = registryOf(registered(clientKey, { state: 'revoked' }));
    documents.set(keyRegistryDocument, snapshotOf(revoked, { version: 2 }));
    pass(1_001);
    await seen();
    expect(await seen()).toBe(401);
    const before = asked.length;
    for (let guess = 0; guess < 20; guess += 1)
      expect(await seen(`guess-${guess}-guess-guess-guess-guess-guess`)).toBe(401);
    // Strangers cannot make it ask more than once a second.
    expect(asked.length - before).toBeLessThanOrEqual(1);
  });

  it('never goes back to what is older, whichever hub tells it', async () => {
    const { seen, documents, pass } = world();
    documents.set(environmentId, at(5));
    await seen();
    documents.set(environmentId, at(4));
    pass(11_000);
    expect(await seen()).toBe(positionTextOf(at(5)));
  });

  it('leaves to a hub what is about something newer than it knows', async () => {
    const { connect } = world();
    await connect();
    const told = (version: number) =>
      connect(clientKey, `?flagConfigEtag=${positionTextOf(at(version))}`, '/ofrep/v1/evaluate/flags');
    expect((await told(1))?.status).toBe(200);
    expect(await told(2)).toBeUndefined();
  });

  it('says how old an answer may be while its hub cannot confirm it', async () => {
    const { connect, hub, pass } = world();
    await connect();
    hub.isConfirmed = false;
    pass(11_000);
    await connect();
    pass(30_000);
    expect(Number((await connect())?.headers.get('fauna-age'))).toBeGreaterThanOrEqual(30);
    hub.isConfirmed = true;
    pass(11_000);
    await connect();
    expect((await connect())?.headers.get('fauna-age')).toBeNull();
  });

  it('holds no stream, whatever is asked of it', async () => {
    const { connect } = world();
    await connect();
    expect((await connect(clientKey, '', '/stream/client'))?.status).toBe(503);
  });

  it('hands counts on, by environment', async () => {
    const { connect, isolate } = world();
    await connect();
    const request = new Request('https://flags.example/usage', {
      method: 'POST',
      headers: { authorization: clientKey },
      body: JSON.stringify({
        sdk: { name: 'test', version: '1' },
        window: { from: 1, to: 2 },
        counts: [{ flag: 'pay', variation: 'on', count: 3 }],
      }),
    });
    const scope = {
      ask: async () => Promise.reject(new Error()),
      sleep: async () => {},
      waitUntil: () => {},
    };
    expect((await isolate.answer(request, environmentId, scope))?.status).toBe(204);
    const taken = isolate.takeUsage();
    expect([...taken.keys()]).toEqual([environmentId]);
    expect(taken.get(environmentId)?.map((record) => ('batch' in record ? 'batch' : 'use'))).toEqual([
      'use',
      'batch',
    ]);
    expect(isolate.takeUsage().size).toBe(0);
  });
});
