import { flag, ruleset } from '@fauna-flags/core/testing';
import { describe, expect, it } from 'vitest';
import { clientAnswerOf } from '../testing/answers.ts';
import { bearerWorld } from '../testing/bearer-world.ts';
import { clientKey, registered, registryOf, serverKey } from '../testing/documents.ts';
import { settled } from '../testing/manual-clock.ts';

const flags = ruleset(flag('pay').on());
const server = registered(serverKey, { kind: 'server', origins: [] });

describe('the end of a key', () => {
  it('revokes its open streams at once, of both kinds, and leaves others open (S-04)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const client = await world.streamClient({ key: 'u1' });
    const other = await world.streamServer();
    await client.next();
    await other.next();
    await world.publishKeys(registryOf(registered(clientKey, { state: 'revoked' }), server));
    expect(await client.next()).toMatchObject({ event: 'revoked', data: {} });
    expect(await client.next()).toBeUndefined();
    expect(world.bearer.status().streams).toBe(1);
    expect((await world.post('/stream/client')).status).toBe(401);
    await world.publish({ ...flags, version: 2 });
    expect(await other.next()).toMatchObject({ event: 'patch' });
    await world.publishKeys(registryOf(registered(clientKey)));
    expect(await other.next()).toMatchObject({ event: 'revoked' });
  });

  it('closes streams of handles too, and the handle opens nothing any more', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const { stream } = await clientAnswerOf(
      await world.post('/connect/client', { context: { key: 'u1' }, handle: true }),
    );
    const response = await world.request(stream?.url ?? '');
    expect(response.status).toBe(200);
    await world.publishKeys(registryOf(registered(clientKey, { state: 'revoked' })));
    expect(await response.text()).toContain('event: revoked\ndata: {}\n\n');
    expect((await world.request(stream?.url ?? '')).status).toBe(401);
  });

  it('comes by the clock alone: an expired key loses its streams without any message (S-04)', async () => {
    const world = await bearerWorld({ registry: null, ruleset: flags });
    const expiresAt = world.clock.now() + 60_000;
    await world.publishKeys(registryOf(registered(clientKey, { expiresAt })));
    const reader = await world.streamClient({ key: 'u1' });
    await reader.next();
    await world.clock.advance(59_500);
    expect(world.bearer.status().streams).toBe(1);
    await world.clock.advance(1_000);
    expect(world.bearer.status().streams).toBe(0);
    expect(reader.waiting.at(-1)).toMatchObject({ event: 'revoked' });
    expect((await world.post('/connect/client')).status).toBe(401);
  });

  it('waits for the grace of a rotated key, while the new key works from the start', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const reader = await world.streamClient({ key: 'u1' });
    await reader.next();
    const expiresAt = world.clock.now() + 30_000;
    const next = 'the-next-client-key-of-this-place';
    await world.publishKeys(registryOf(registered(clientKey, { expiresAt }), registered(next)));
    const headers = { authorization: `Bearer ${next}` };
    expect((await world.post('/connect/client', {}, headers)).status).toBe(200);
    expect((await world.post('/connect/client')).status).toBe(200);
    const nextReader = await world.streamClient({ key: 'u1' }, headers);
    expect(await nextReader.next()).toMatchObject({ event: 'put' });
    await world.clock.advance(31_000);
    expect(reader.waiting.at(-1)).toMatchObject({ event: 'revoked' });
    expect((await world.post('/connect/client')).status).toBe(401);
    expect((await world.post('/connect/client', {}, headers)).status).toBe(200);
    expect(world.bearer.status().streams).toBe(1);
  });

  it('also comes to a browser whose origin was taken off the key', async () => {
    const origin = 'https://app.example';
    const world = await bearerWorld({ ruleset: flags });
    const browser = await world.streamClient({ key: 'u1' }, { origin });
    const program = await world.streamClient({ key: 'u2' });
    await browser.next();
    await world.publishKeys(registryOf(registered(clientKey, { origins: ['https://other.example'] })));
    expect(await browser.next()).toMatchObject({ event: 'revoked' });
    expect(world.bearer.status().streams).toBe(1);
    await program.leave();
  });

  it('never comes from a registry that is missing, older or unreadable', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const reader = await world.streamClient({ key: 'u1' });
    await reader.next();
    world.shelf.remove('keys');
    await world.clock.advance(30_000);
    const nonsense = new TextEncoder().encode('{"schema":1}');
    world.shelf.put('keys', { epoch: 2_000_000_000, version: 9, hash: 'f'.repeat(64), payload: nonsense });
    await settled();
    expect(world.bearer.status().streams).toBe(1);
    expect((await world.post('/connect/client')).status).toBe(200);
  });
});
