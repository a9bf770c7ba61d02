import { flag, ruleset } from '@fauna-flags/core/testing';
import { describe, expect, it } from 'vitest';
import { memorySources } from '../documents/memory-shelf.ts';
import { problemOf } from '../testing/answers.ts';
import { bearerWorld, positionTextOf } from '../testing/bearer-world.ts';
import { environmentId, rulesetSnapshot } from '../testing/documents.ts';
import { settled } from '../testing/manual-clock.ts';

const at = (version: number, on = true) => {
  const pay = flag('pay');
  return ruleset(on ? pay.on() : pay, { version });
};

describe('resuming a stream', () => {
  it('says "none" at the same position, by header or query, and sends later changes', async () => {
    for (const resume of ['header', 'query'] as const) {
      const world = await bearerWorld();
      const position = positionTextOf(await world.publish(at(1)));
      const headers = resume === 'header' ? { 'last-event-id': position } : {};
      const query = resume === 'query' ? `?since=${position}` : '';
      const client = await world.streamClient({ key: 'u1' }, headers, query);
      const server = await world.streamServer(headers, query);
      for (const reader of [client, server])
        expect(await reader.next()).toEqual({
          id: position,
          event: 'none',
          data: { position },
          retry: expect.any(String),
        });
      await world.publish(at(2, false));
      expect(await client.next()).toMatchObject({
        event: 'patch',
        data: { flags: { pay: { value: false } } },
      });
      expect(await server.next()).toMatchObject({ event: 'patch', data: { version: 2 } });
    }
  });

  it('lets the header win over an old URL, as native EventSource reconnects', async () => {
    const world = await bearerWorld();
    const old = positionTextOf(await world.publish(at(1)));
    const now = positionTextOf(await world.publish(at(2)));
    const reader = await world.streamClient({}, { 'last-event-id': now }, `?since=${old}`);
    expect(await reader.next()).toMatchObject({ event: 'none' });
  });

  it('puts the whole state for an older position, another epoch, a fork, or what is no position', async () => {
    const world = await bearerWorld();
    const position = positionTextOf(await world.publish(at(5)));
    const [epoch, version] = position.split('-');
    for (const since of [
      `${epoch}-4-00000000`,
      `${Number(epoch) - 1}-99-00000000`,
      `${epoch}-${version}-00000000`,
      'nonsense',
      '',
      `${epoch}-${version}`,
      '9'.repeat(40),
    ]) {
      const frame = await (await world.streamClient({}, { 'last-event-id': since })).next();
      expect([since, frame?.event, frame?.id]).toEqual([since, 'put', position]);
      expect(frame?.data).not.toHaveProperty('reset');
    }
  });

  it('sends the difference alone to whoever comes back from a position that was served here', async () => {
    const world = await bearerWorld();
    const many = (version: number, pay: boolean, extra = false) =>
      ruleset(
        pay ? flag('pay').on() : flag('pay'),
        flag('other').on(),
        flag('hidden').on().hidden(),
        ...(extra ? [flag('new').on()] : []),
        { version },
      );
    const first = positionTextOf(await world.publish(many(1, true, true)));
    await world.publish(many(2, false, true));
    const now = positionTextOf(await world.publish(many(3, false)));
    const client = await world.streamClient({ key: 'u1' }, { 'last-event-id': first });
    expect(await client.next()).toMatchObject({
      id: now,
      event: 'patch',
      data: { position: now, flags: { pay: { value: false } }, removed: ['new'] },
      retry: expect.any(String),
    });
    const server = await world.streamServer({}, `?since=${first}`);
    const { data, ...frame } = (await server.next()) ?? {};
    expect(frame).toMatchObject({ id: now, event: 'patch' });
    expect(data).toMatchObject({ version: 3, removed: ['new'], flags: { pay: expect.anything() } });
    expect(data).not.toHaveProperty('flags.other');
    // Both go on from here.
    await world.publish(many(4, true));
    for (const reader of [client, server])
      expect(await reader.next()).toMatchObject({
        event: 'patch',
        data: { flags: { pay: expect.anything() } },
      });
  });

  it('says "none", at the position of today, to whoever sees nothing of what has changed', async () => {
    const world = await bearerWorld();
    const before = positionTextOf(await world.publish(at(1)));
    await world.publish(at(2, false));
    const now = positionTextOf(await world.publish(at(3)));
    const reader = await world.streamClient({ key: 'u1' }, { 'last-event-id': before });
    expect(await reader.next()).toMatchObject({ id: now, event: 'none', data: { position: now } });
  });

  it('is one "put" after 500 changes, and a patch after 20', async () => {
    const world = await bearerWorld();
    const positions: string[] = [];
    for (let version = 1; version <= 501; version += 1)
      positions.push(positionTextOf(await world.publish(at(version, version % 2 === 0))));
    for (const [since, event] of [
      [positions[0], 'put'],
      [positions[480], 'none'],
      [positions[481], 'patch'],
    ] as const) {
      const reader = await world.streamClient({ key: 'u1' }, { 'last-event-id': since ?? '' });
      await settled();
      expect(reader.waiting.map((frame) => [frame.event, frame.id])).toEqual([[event, positions[500]]]);
    }
  });

  it('puts the whole state after the epoch has changed, although the position was served here', async () => {
    const world = await bearerWorld();
    const before = positionTextOf(await world.publish(at(1)));
    await world.publish(at(1, false), 1_800_000_000);
    const reader = await world.streamClient({ key: 'u1' }, { 'last-event-id': before });
    expect(await reader.next()).toMatchObject({ event: 'put', data: { flags: { pay: { value: false } } } });
  });

  it('asks its source when a reader is ahead, and goes on from there', async () => {
    const world = await bearerWorld();
    await world.publish(at(1));
    // The source has moved on without a hint.
    const ahead = rulesetSnapshot(at(2, false));
    world.shelf.put(environmentId, rulesetSnapshot(at(1)));
    const silent = await bearerWorld({
      deps: {
        rulesets: { ...wrapped(memorySources(world.shelf).rulesets), watch: () => () => {} },
      },
    });
    await silent.clock.advance(2_000);
    world.shelf.put(environmentId, ahead);
    const reader = await silent.streamClient({}, { 'last-event-id': positionTextOf(ahead) });
    expect(await reader.next()).toMatchObject({ event: 'none', id: positionTextOf(ahead) });
  });

  it('resets a reader that is ahead of everything there is, once the source has confirmed it', async () => {
    const world = await bearerWorld();
    const position = positionTextOf(await world.publish(at(1)));
    for (const since of ['1700000000-2-00000000', '1900000000-1-00000000'])
      for (const open of [
        () => world.streamClient({}, { 'last-event-id': since }),
        () => world.streamServer({ 'last-event-id': since }),
      ]) {
        await world.clock.advance(5_000);
        expect(await (await open()).next()).toMatchObject({
          event: 'put',
          id: position,
          data: { position, reset: true },
        });
      }
  });

  it('sends a reader that is ahead away rather than back, while the source cannot be asked', async () => {
    const world = await bearerWorld({ ruleset: at(1) });
    const source = memorySources(world.shelf).rulesets;
    let failing = false;
    const shaky = await bearerWorld({
      deps: {
        rulesets: {
          ...wrapped(source),
          position: (id) => (failing ? Promise.reject(new Error('refused')) : source.position(id)),
          read: (id) => (failing ? Promise.reject(new Error('refused')) : source.read(id)),
        },
      },
    });
    failing = true;
    await shaky.clock.advance(5_000);
    const response = await shaky.post('/stream/client', {}, { 'last-event-id': '1700000000-7-00000000' });
    expect([response.status, (await problemOf(response)).code]).toEqual([503, 'not_ready']);
    expect(shaky.bearer.status().streams).toBe(0);
    // Whoever is not ahead is served as ever.
    expect((await shaky.post('/connect/client')).status).toBe(200);
  });

  it('loses no change that falls between the first frame and the next', async () => {
    const world = await bearerWorld({ ruleset: at(1) });
    for (let version = 2; version < 60; version += 1) {
      // The body is still being read when the change is applied, or the stream is open already: either way it is seen.
      const opening = world.streamClient({ key: 'u1' });
      if (version % 3 > 0) await Promise.resolve();
      world.shelf.put(environmentId, rulesetSnapshot(at(version, version % 2 === 0)));
      const reader = await opening;
      await settled();
      const frames = [...reader.waiting];
      const last = frames.at(-1)?.data as { flags: { pay: { value: boolean } } };
      expect([version, last.flags.pay.value]).toEqual([version, version % 2 === 0]);
      await reader.leave();
    }
    expect(world.bearer.status().streams).toBe(0);
  });
});

function wrapped(source: ReturnType<typeof memorySources>['rulesets']) {
  return {
    read: (id: string) => source.read(id),
    position: (id: string) => source.position(id),
    watch: (id: string, onHint: () => void) => source.watch(id, onHint),
    close: () => source.close(),
  };
}
