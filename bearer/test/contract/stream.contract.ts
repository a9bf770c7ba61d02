import type { Ruleset } from '@fauna-flags/core';
import { attribute, flag, ruleset } from '@fauna-flags/core/testing';
import { clientAnswerSchema, clientPatchSchema, clientPutSchema } from '@fauna-flags/protocol';
import { expect, it } from 'vitest';
import { positionTextOf } from '../../src/testing/bearer-world.ts';
import type { ContractWorld } from './contract-world.ts';

const twins = { a: 'same', b: 'same', c: 'other' };

function flags(
  text: keyof typeof twins,
  more: { readonly pay?: boolean; readonly extra?: boolean } = {},
): Ruleset {
  const pay = flag('pay')
    .rule('west', attribute('state', 'in', ['WA']))
    .serve('off');
  return ruleset(
    flag('text').on().variations(twins).serve(text),
    more.pay === false ? pay : pay.on(),
    ...(more.extra === true ? [flag('extra').on()] : []),
    { attributes: { state: 'string' } },
  );
}

const west = { key: 'u1', state: 'WA' };

/** Streams: the first frame, changes, resuming. */
export function streamContract(world: () => ContractWorld): void {
  it('a stream begins with the whole state, and tells of a change in one frame, also of several flags', async () => {
    const environment = await world().environment();
    const first = await environment.publish(flags('a'));
    const reader = await environment.stream(west);
    const put = await reader.next();
    expect(put).toEqual({
      id: positionTextOf(first),
      event: 'put',
      data: {
        position: positionTextOf(first),
        flags: {
          pay: { value: true, variation: 'on', reason: 'RULE' },
          text: { value: 'same', variation: 'a', reason: 'DEFAULT' },
        },
      },
      retry: expect.stringMatching(/^\d{4,5}$/),
    });
    clientPutSchema.parse(put?.data);
    const second = await environment.put(flags('c', { pay: false, extra: true }));
    const patch = await reader.next();
    expect(patch).toEqual({
      id: positionTextOf(second),
      event: 'patch',
      data: {
        position: positionTextOf(second),
        flags: {
          extra: { value: true, variation: 'on', reason: 'DEFAULT' },
          pay: { value: false, variation: 'off', reason: 'OFF' },
          text: { value: 'other', variation: 'c', reason: 'DEFAULT' },
        },
        removed: [],
      },
      retry: undefined,
    });
    clientPatchSchema.parse(patch?.data);
    await environment.put(flags('c', { pay: false }));
    expect(await reader.next()).toMatchObject({ event: 'patch', data: { flags: {}, removed: ['extra'] } });
    await reader.leave();
  });

  it('a stream says nothing of a change that leaves the values of its context as they were', async () => {
    const environment = await world().environment(flags('a'));
    const concerned = await environment.stream(west);
    const unconcerned = await environment.stream({ key: 'u2', state: 'CA' });
    for (const reader of [concerned, unconcerned]) expect((await reader.next())?.event).toBe('put');
    // Another variation with the same value; then one flag that is another only for the west; then one for all.
    await environment.publish(flags('b'));
    await environment.publish(flags('b', { pay: false }));
    await environment.publish(flags('c', { pay: false }));
    expect((await concerned.next())?.data).toMatchObject({ flags: { pay: { value: false } } });
    for (const reader of [concerned, unconcerned]) {
      const frame = await reader.next();
      expect(Object.keys(clientPatchSchema.parse(frame?.data).flags)).toEqual(['text']);
      expect(reader.waiting).toEqual([]);
      await reader.leave();
    }
  });

  it('a stream of a handle is the same, for readers that can send no header', async () => {
    const environment = await world().environment(flags('a'));
    const answer = await environment.post('/connect/client', { context: west, handle: true });
    const { stream } = clientAnswerSchema.parse(await answer.json());
    expect(stream?.url).toMatch(/^\/stream\/client\?h=v1\.k1\.[A-Za-z0-9_-]+$/);
    const reader = await environment.follow(stream?.url ?? '');
    expect(await reader.next()).toMatchObject({ event: 'put', data: { flags: { pay: { value: true } } } });
    await environment.put(flags('a', { pay: false }));
    expect(await reader.next()).toMatchObject({ event: 'patch', data: { flags: { pay: { value: false } } } });
    await reader.leave();
  });

  it('a server stream carries the stored ruleset, then whole replaced entries', async () => {
    const environment = await world().environment();
    const first = await environment.publish(flags('a', { extra: true }));
    const reader = await environment.serverStream();
    const stored = JSON.parse(new TextDecoder().decode(first.payload));
    expect((await reader.next())?.data).toEqual({ ...stored, position: positionTextOf(first) });
    const second = await environment.put(flags('c'));
    expect(await reader.next()).toMatchObject({
      event: 'patch',
      id: positionTextOf(second),
      data: { version: second.version, flags: { text: { kind: 'string' } }, removed: ['extra'] },
    });
    await reader.leave();
  });

  it('a stream resumes by header or query: with nothing, with the difference, or with the whole state', async () => {
    const environment = await world().environment();
    const old = positionTextOf(await environment.publish(flags('a')));
    const now = positionTextOf(await environment.publish(flags('c')));
    for (const [headers, query] of [
      [{ 'last-event-id': now }, ''],
      [{}, `?since=${now}`],
      [{ 'last-event-id': now }, `?since=${old}`],
    ] as [Record<string, string>, string][])
      for (const reader of [
        await environment.stream(west, headers, query),
        await environment.serverStream(headers, query),
      ]) {
        expect(await reader.next()).toMatchObject({ id: now, event: 'none', data: { position: now } });
        await reader.leave();
      }
    const changed = await environment.stream(west, { 'last-event-id': old });
    expect(await changed.next()).toMatchObject({
      id: now,
      event: 'patch',
      data: { flags: { text: { value: 'other' } }, removed: [] },
    });
    await changed.leave();
    for (const since of [now.replace(/.{8}$/, '00000000'), old.replace(/.{8}$/, '00000000'), 'nonsense']) {
      const reader = await environment.stream(west, { 'last-event-id': since });
      const frame = await reader.next();
      expect([since, frame?.event, frame?.id]).toEqual([since, 'put', now]);
      await reader.leave();
    }
  });

  it('a stream that resumed without news hears of the next change', async () => {
    const environment = await world().environment();
    const now = positionTextOf(await environment.publish(flags('a')));
    const reader = await environment.stream(west, { 'last-event-id': now });
    expect((await reader.next())?.event).toBe('none');
    await environment.put(flags('a', { pay: false }));
    expect(await reader.next()).toMatchObject({ event: 'patch', data: { flags: { pay: { value: false } } } });
    await reader.leave();
  });
}
