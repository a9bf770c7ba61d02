import { flag, ruleset } from '@fauna-flags/core/testing';
import { keyRegistryDocument, type Snapshot } from '@fauna-flags/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisServer } from '../../test/support/redis-server.ts';
import { nodeClock } from '../entry/node-clock.ts';
import { nodeCrypto } from '../entry/node-crypto.ts';
import { redisSources } from '../redis/redis-sources.ts';
import { valueIn } from '../testing/answers.ts';
import { bearerWorld } from '../testing/bearer-world.ts';
import { environmentId, registered, registryOf, rulesetSnapshot, snapshotOf } from '../testing/documents.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { nodeSigner } from '../testing/node-signer.ts';
import { MemoryCopies } from './memory-copies.ts';
import { signedSnapshots } from './signed-snapshots.ts';

const manager = nodeSigner();
const stranger = nodeSigner();
const snapshot = snapshotOf({ a: 1 }, { epoch: 7, version: 3 });

describe('signedSnapshots()', () => {
  const isSigned = signedSnapshots({ verifyKeys: [manager.publicKey], crypto: nodeCrypto });

  it('takes what the manager has signed for this document, position and hash', () => {
    expect(isSigned('a', manager.signed('a', snapshot))).toBe(true);
  });

  it('takes nothing else', () => {
    const signed = manager.signed('a', snapshot);
    const { signature = '' } = signed;
    for (const [documentId, other] of [
      ['b', signed],
      ['a', snapshot],
      ['a', stranger.signed('a', snapshot)],
      ['a', { ...signed, version: 4 }],
      ['a', { ...signed, epoch: 8 }],
      ['a', { ...signed, hash: snapshotOf({ a: 2 }).hash }],
      ['a', { ...signed, signature: '' }],
      ['a', { ...signed, signature: `${signature}AAAA` }],
      ['a', { ...signed, signature: signature.slice(0, -4) }],
      ['a', { ...signed, signature: 'not base64url at all!' }],
    ] satisfies [string, Snapshot][])
      expect(isSigned(documentId, other)).toBe(false);
  });

  it('takes what any of several keys has signed, and nothing when there is none', () => {
    const both = signedSnapshots({
      verifyKeys: [stranger.publicKey, manager.publicKey],
      crypto: nodeCrypto,
    });
    expect([manager, stranger].map(({ signed }) => both('a', signed('a', snapshot)))).toEqual([true, true]);
    const none = signedSnapshots({ verifyKeys: [], crypto: nodeCrypto });
    expect(none('a', manager.signed('a', snapshot))).toBe(false);
    const broken = signedSnapshots({ verifyKeys: [new Uint8Array(5)], crypto: nodeCrypto });
    expect(broken('a', manager.signed('a', snapshot))).toBe(false);
  });
});

describe('a bearer that verifies', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.dispose());

  const pay = (isOn: boolean, version: number) =>
    rulesetSnapshot(ruleset(isOn ? flag('pay').on() : flag('pay'), { version }));
  const keys = (version: number, ...entries: Parameters<typeof registryOf>) =>
    snapshotOf(registryOf(...entries), { version });

  /** A bearer over the real Redis. */
  async function world(copies = new MemoryCopies()) {
    const made = await bearerWorld({
      registry: null,
      deps: {
        ...redisSources({ url: server.url, clock: nodeClock, random: Math.random, log: new MemoryLog() }),
        clock: nodeClock,
        verifyKeys: [manager.publicKey],
        copies,
      },
    });
    return {
      ...made,
      served: async () => valueIn(await made.post('/connect/client', { context: { key: 'u1' } }), 'pay'),
      rejected: () => made.bearer.status().environments.map(({ rejected }) => rejected),
    };
  }

  it('serves what managers have signed, and nothing that whoever holds Redis puts there', async () => {
    await server.client.flushall();
    const signedKeys = manager.signed(keyRegistryDocument, keys(1));
    await server.publish(keyRegistryDocument, signedKeys);
    await server.publish(environmentId, manager.signed(environmentId, pay(false, 1)));
    const { bearer, served, rejected, post, log } = await world();
    await expect.poll(() => bearer.status().ready, { timeout: 5_000 }).toBe(true);
    expect(await served()).toBe(false);

    const evil = pay(true, 2);
    const { signature } = manager.signed('11111111-1111-4111-8111-111111111111', evil);
    for (const injected of [
      evil,
      { ...evil, signature },
      { ...evil, signature: manager.signed(environmentId, pay(false, 1)).signature },
      stranger.signed(environmentId, evil),
      { ...pay(true, 1), epoch: 1_900_000_000 },
    ]) {
      const before = bearer.status().environments[0]?.rejections ?? 0;
      await server.publish(environmentId, injected);
      await expect
        .poll(() => bearer.status().environments[0]?.rejections, { timeout: 5_000 })
        .toBeGreaterThan(before);
      expect(await served()).toBe(false);
    }
    await expect.poll(rejected, { timeout: 5_000 }).toEqual([expect.stringMatching(/^1900000000-1-/)]);
    expect(log.lines.filter(({ level }) => level === 'error')).not.toEqual([]);

    // A key of the attacker's own, which would read every rule.
    const theirs = registered('a-server-key-that-somebody-else-has-chosen', { kind: 'server' });
    await server.publish(keyRegistryDocument, keys(2, theirs));
    await expect.poll(() => bearer.status().keys.rejections, { timeout: 5_000 }).toBeGreaterThan(0);
    expect(
      (await post('/connect/client', {}, { authorization: 'a-server-key-that-somebody-else-has-chosen' }))
        .status,
    ).toBe(401);

    await server.publish(environmentId, manager.signed(environmentId, pay(true, 2)));
    await expect.poll(served, { timeout: 5_000 }).toBe(true);
    expect(rejected()).toEqual([null]);
    await bearer.close();
  });

  it('believes its copies no more than the store', async () => {
    await server.client.flushall();
    const copies = new MemoryCopies();
    await copies.save(keyRegistryDocument, manager.signed(keyRegistryDocument, keys(1)));
    await copies.save(environmentId, manager.signed(environmentId, pay(false, 1)));
    await copies.save(environmentId, pay(true, 2));
    const { bearer, served } = await world(copies);
    await bearer.started;
    expect(await served()).toBe(false);
    expect(bearer.status().environments[0]?.rejections).toBe(1);
    await bearer.close();
  });
});
