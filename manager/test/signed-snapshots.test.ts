import { createHash, generateKeyPairSync } from 'node:crypto';
import { storeKeys } from '@fauna-flags/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { valueIn } from '../../bearer/src/testing/answers.ts';
import { RedisServer } from '../../bearer/test/support/redis-server.ts';
import { BearerProcess } from './support/bearer-process.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { eventually, FaunaProcess } from './support/fauna-process.ts';
import { tellGooglePayStory, toggleGooglePay } from './support/google-pay.ts';

const student = { key: 'user-1', state: 'Washington', student: true };

/** A new pair, as the settings of a manager and of a bearer. */
function pair(): { readonly FAUNA_SIGNING_KEY: string; readonly FAUNA_VERIFY_KEY: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    FAUNA_SIGNING_KEY: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    FAUNA_VERIFY_KEY: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  };
}

describe('managers that sign, and a bearer that believes them alone', () => {
  const [first, second] = [pair(), pair()];
  let database: TestDatabase;
  let redis: RedisServer;
  let manager: FaunaProcess;
  let bearer: BearerProcess;
  let keys: Awaited<ReturnType<typeof tellGooglePayStory>>;
  beforeAll(async () => {
    [database, redis] = await Promise.all([createTestDatabase(), RedisServer.start()]);
    manager = await FaunaProcess.prepare({ DATABASE_URL: database.url, REDIS_URL: redis.url });
    // What was published before anybody signed must be signed, too.
    await manager.start();
    keys = await tellGooglePayStory(manager);
    await manager.end('SIGTERM');
    bearer = new BearerProcess({
      REDIS_URL: redis.url,
      FAUNA_VERIFY_KEY: `${first.FAUNA_VERIFY_KEY},${second.FAUNA_VERIFY_KEY}`,
    });
    await bearer.untilListening();
  });
  afterAll(async () => {
    await bearer.end();
    await manager.dispose();
    await redis.dispose();
    await database.close();
  });

  const googlePay = async () => {
    const response = await fetch(`${bearer.url}/connect/client`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.clientKey}` },
      body: JSON.stringify({ context: student }),
    });
    return response.ok ? valueIn(response, 'google-pay') : response.status;
  };

  it('serves nothing that is not signed, and all of it as soon as the manager signs', async () => {
    expect(await googlePay()).toBe(503);
    await manager.start({ FAUNA_SIGNING_KEY: first.FAUNA_SIGNING_KEY });
    await eventually(async () => (await googlePay()) === true, { what: 'what was published unsigned' });
    await toggleGooglePay(manager, false);
    await eventually(async () => (await googlePay()) === false, { what: 'a change' });
  });

  it('is not taken in by whoever can write to Redis', async () => {
    const store = redis.client;
    const documents = await store.hkeys(storeKeys.positions);
    for (const documentId of documents) {
      const place = storeKeys.snapshot(documentId);
      const document = JSON.parse((await store.hget(place, 'payload')) ?? '');
      // The flag of the kill switch is on again, in a version of the far future, under the signature that lies there.
      for (const flag of Object.values<{ on?: boolean }>(document.flags ?? {})) flag.on = true;
      const version = Number(await store.hget(place, 'v')) + 1_000;
      const forged = JSON.stringify({ ...document, version });
      const hash = createHash('sha256').update(forged).digest('hex');
      await store.hset(place, { v: version, h: hash, payload: forged });
      const epoch = await store.hget(place, 'e');
      await store.hset(storeKeys.positions, documentId, `${epoch}-${version}-${hash}`);
      await store.publish(storeKeys.hints, `${documentId} ${epoch} ${version} ${hash.slice(0, 8)}`);
    }
    await eventually(
      async () => (await (await fetch(`${bearer.url}/readyz`)).text()).includes('"rejected":"'),
      {
        what: 'a rejection',
      },
    );
    expect(await googlePay()).toBe(false);
    // The manager sees a store that is ahead of its database, and moves on to a higher epoch.
    await toggleGooglePay(manager, true);
    await eventually(async () => (await googlePay()) === true, { what: 'the next change' });
  });

  it('goes over to another key while everything is served', async () => {
    await manager.end('SIGTERM');
    await manager.start({ FAUNA_SIGNING_KEY: second.FAUNA_SIGNING_KEY });
    await bearer.end('SIGTERM');
    bearer = new BearerProcess({ REDIS_URL: redis.url, FAUNA_VERIFY_KEY: second.FAUNA_VERIFY_KEY });
    await bearer.untilReady();
    expect(await googlePay()).toBe(true);
  });
});
