import { randomBytes } from 'node:crypto';
import { flag, ruleset } from '@fauna-flags/core/testing';
import { formatSdkKey, goodbyeSchema } from '@fauna-flags/protocol';
import { beforeAll, expect, it } from 'vitest';
import { clientAnswerOf } from '../../src/testing/answers.ts';
import { positionTextOf } from '../../src/testing/bearer-world.ts';
import type { FrameReader } from '../../src/testing/frame-reader.ts';
import type { ContractWorld } from './contract-world.ts';
import { eventually } from './eventually.ts';

/** From the moment that a revocation lies in the store until the last stream has ended, and the key is refused. */
const revocationMsMax = 1_000;
/** The same for answers from memory, where they are checked against a hub once a second. */
const refusalMsMax = 3_000;

/** By when a copy of what is served has been written, on a disk that others use as well. */
const copyMsMax = 2_000;

/** 20 s, and what a busy machine takes to tell of it. */
const heartbeatMsMax = 22_000;

/** The first frame of a stream that has no news, and how long after the state it came. */
interface Beat {
  readonly id: string | undefined;
  readonly frame: Awaited<ReturnType<FrameReader['next']>>;
  readonly afterMs: number;
}

/** How keys, streams and processes end. */
export function endingContract(world: () => ContractWorld): void {
  let firstBeat: Promise<Beat>;
  // Listened to from the start, so that the wait for it costs no time of its own.
  beforeAll(async () => {
    const environment = await world().environment();
    const reader = await environment.stream({ key: 'u1' });
    const id = (await reader.next())?.id;
    const quietSince = Date.now();
    firstBeat = reader.next().then((frame) => ({ id, frame, afterMs: Date.now() - quietSince }));
    void firstBeat.then(() => reader.leave()).catch(() => undefined); // The test that waits for it hears of a failure.
  });

  it('revoking a key ends its streams within a second, saying so, and no others; from then on it is 401', async () => {
    const environment = await world().environment();
    const doomed = formatSdkKey('client', randomBytes(32));
    await world().setKey(doomed, { environment: environment.id });
    const withDoomed = async () => {
      const answer = await environment.post('/connect/client', {}, { authorization: `Bearer ${doomed}` });
      await answer.arrayBuffer();
      return answer;
    };
    await eventually(async () => {
      const { status } = await withDoomed();
      return status === 200;
    }, 'the new key to be known');
    const handled = await environment.post('/connect/client', { handle: true }, { authorization: doomed });
    const url = (await clientAnswerOf(handled)).stream?.url ?? '';
    const ends = [
      await environment.stream({ key: 'u1' }, { authorization: `Bearer ${doomed}` }),
      await environment.follow(url),
    ];
    const stays = await environment.stream({ key: 'u1' });
    for (const reader of [...ends, stays]) expect((await reader.next())?.event).toBe('put');

    const revokedAt = Date.now();
    await world().setKey(doomed, { environment: environment.id, state: 'revoked' });
    for (const reader of ends) {
      expect(await reader.next()).toMatchObject({ event: 'revoked', data: {} });
      expect(await reader.next()).toBeUndefined();
    }
    expect(Date.now() - revokedAt).toBeLessThan(world().bearer.revocationMsMax ?? revocationMsMax);
    await eventually(async () => (await withDoomed()).status === 401, 'the key to be refused', refusalMsMax);
    expect((await environment.fetch(url)).status).toBe(401);
    await environment.put(ruleset(flag('pay')));
    expect((await stays.next())?.event).toBe('patch');
    await stays.leave();
  });

  it('an expiring key ends its streams when its time has come, without any message', async () => {
    const environment = await world().environment();
    const passing = formatSdkKey('client', randomBytes(32));
    const expiresAt = Date.now() + 2_500;
    await world().setKey(passing, { environment: environment.id, expiresAt });
    await eventually(async () => {
      const answer = await environment.post('/connect/client', {}, { authorization: passing });
      await answer.arrayBuffer();
      return answer.status === 200;
    }, 'the new key to be known');
    const reader = await environment.stream({ key: 'u1' }, { authorization: passing });
    expect((await reader.next())?.event).toBe('put');
    expect(await reader.next()).toMatchObject({ event: 'revoked' });
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt);
    expect(Date.now() - expiresAt).toBeLessThan(revocationMsMax);
  });

  it('a heartbeat comes within 20 s, with the position', async () => {
    const { id, frame, afterMs } = await firstBeat;
    expect(frame).toEqual({ id, event: 'hb', data: { position: id }, retry: undefined });
    expect(afterMs).toBeLessThan(heartbeatMsMax);
  });

  it('a bearer that was killed serves from what it has kept, with everything upstream away', async ({
    skip,
  }) => {
    const { restartAlone } = world().bearer;
    if (restartAlone === undefined) return skip();
    const environment = await world().environment();
    const snapshot = await environment.publish(ruleset(flag('kept').on()));
    // Nobody waits for a copy: it is written behind what is served, and a death before that finds the one before it.
    await new Promise((resolve) => setTimeout(resolve, copyMsMax));
    const bringBack = await restartAlone();
    const position = positionTextOf(snapshot);
    const values = await environment.post('/connect/client', { context: { key: 'u1' } });
    expect([values.status, await values.json()]).toMatchObject([
      200,
      { position, flags: { kept: { value: true } } },
    ]);
    const rules = await environment.asServer('/connect/server');
    expect([rules.status, rules.headers.get('etag')]).toEqual([200, `"${position}"`]);
    await rules.arrayBuffer();
    const reader = await environment.stream({ key: 'u1' });
    expect(await reader.next()).toMatchObject({ event: 'put', id: position });
    await reader.leave();
    const unknown = await environment.post(
      '/connect/client',
      {},
      {
        authorization: formatSdkKey('client', randomBytes(32)),
      },
    );
    expect(unknown.status).toBe(401);
    await unknown.arrayBuffer();
    await bringBack();
  });

  it('a bearer that ends in good order tells its streams when to come back, and ends them', async ({
    skip,
  }) => {
    const { drain } = world().bearer;
    if (drain === undefined) return skip();
    const environment = await world().environment();
    const readers = await Promise.all([environment.stream({ key: 'u1' }), environment.serverStream()]);
    for (const reader of readers) await reader.next();
    await drain();
    for (const reader of readers) {
      const goodbye = await reader.next();
      expect(goodbye?.event).toBe('goodbye');
      goodbyeSchema.parse(goodbye?.data);
      expect(await reader.next()).toBeUndefined();
    }
  });
}
