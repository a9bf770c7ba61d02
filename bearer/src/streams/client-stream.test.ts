import { attribute, audience, flag, inAudience, ruleset } from '@fauna-flags/core/testing';
import { describe, expect, it } from 'vitest';
import { bearerWorld, positionTextOf } from '../testing/bearer-world.ts';
import { FrameReader } from '../testing/frame-reader.ts';

const student = { key: 'u1', state: 'WA' };
const other = { key: 'u2', state: 'CA' };

function story(
  version: number,
  change: (pay: ReturnType<typeof flag>) => ReturnType<typeof flag> = (pay) => pay,
) {
  return ruleset(change(flag('pay').on().rule('west', inAudience('west')).serve('off')), flag('still').on(), {
    version,
    attributes: { state: 'string' },
    audiences: { west: audience(attribute('state', 'in', ['WA'])) },
  });
}

describe('POST /stream/client', () => {
  it('begins with the whole evaluated state and how long to wait before a reconnect', async () => {
    const world = await bearerWorld();
    const snapshot = await world.publish(story(1));
    const reader = await world.streamClient(student);
    expect(await reader.next()).toEqual({
      id: positionTextOf(snapshot),
      event: 'put',
      data: {
        position: positionTextOf(snapshot),
        flags: {
          pay: { value: true, variation: 'on', reason: 'RULE' },
          still: { value: true, variation: 'on', reason: 'DEFAULT' },
        },
      },
      retry: '1250',
    });
  });

  it('sends one patch to whom a toggle concerns and nothing to others', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const concerned = await world.streamClient(student);
    const unconcerned = await world.streamClient(other);
    await concerned.next();
    await unconcerned.next();
    const off = await world.publish(story(2, (pay) => pay.off()));
    expect(await concerned.next()).toMatchObject({
      event: 'patch',
      id: positionTextOf(off),
      data: {
        position: positionTextOf(off),
        flags: { pay: { value: false, variation: 'off', reason: 'OFF' } },
        removed: [],
      },
    });
    await world.clock.advance(20_000);
    // The next thing that the other one hears is a heartbeat, at the new position.
    expect(await unconcerned.next()).toMatchObject({ event: 'hb', data: { position: positionTextOf(off) } });
  });

  it('sends nothing when another variation, or another reason, gives the value that was there', async () => {
    const twins = { a: 'same', b: 'same', c: 'other' };
    const serving = (variation: string, version: number) =>
      ruleset(flag('text').on().variations(twins).serve(variation), { version });
    const world = await bearerWorld({ ruleset: serving('a', 1) });
    const reader = await world.streamClient(student);
    await reader.next();
    await world.publish(serving('b', 2));
    await world.publish(serving('c', 3));
    expect(await reader.next()).toMatchObject({
      event: 'patch',
      data: { flags: { text: { variation: 'c' } } },
    });
  });

  it('tells browsers of ON toggles, targeting changes and audience edits', async () => {
    const world = await bearerWorld({ ruleset: story(1, (pay) => pay.off()) });
    const reader = await world.streamClient(other);
    await reader.next();
    await world.publish(story(2, (pay) => pay.serve('on')));
    expect(await reader.next()).toMatchObject({ event: 'patch', data: { flags: { pay: { value: true } } } });
    await world.publish(story(3));
    expect(await reader.next()).toMatchObject({ event: 'patch', data: { flags: { pay: { value: false } } } });
    await world.publish({
      ...story(4),
      audiences: { west: audience(attribute('state', 'in', ['WA', 'CA'])) },
    });
    expect(await reader.next()).toMatchObject({ event: 'patch', data: { flags: { pay: { value: true } } } });
  });

  it('names flags that were hidden or archived, and sends flags that appear', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const reader = await world.streamClient(student);
    await reader.next();
    await world.publish(story(2, (pay) => pay.hidden()));
    expect(await reader.next()).toMatchObject({ event: 'patch', data: { flags: {}, removed: ['pay'] } });
    await world.publish(story(3));
    expect(await reader.next()).toMatchObject({
      event: 'patch',
      data: { flags: { pay: { value: true } }, removed: [] },
    });
  });

  it('keeps each flag’s place when others come and go before it', async () => {
    const both = (version: number, on: boolean, ...more: ReturnType<typeof flag>[]) =>
      ruleset(...more, on ? flag('m').on() : flag('m'), flag('z').on(), { version });
    const world = await bearerWorld({ ruleset: both(1, false) });
    const reader = await world.streamClient(student);
    await reader.next();
    await world.publish(both(2, false, flag('a')));
    expect(await reader.next()).toMatchObject({ data: { flags: { a: { value: false } }, removed: [] } });
    await world.publish(both(3, true, flag('a')));
    const patch = (await reader.next())?.data as { flags: object };
    expect(patch.flags).toEqual({ m: { value: true, variation: 'on', reason: 'DEFAULT' } });
    await world.publish(both(4, false));
    expect(await reader.next()).toMatchObject({ data: { flags: { m: { value: false } }, removed: ['a'] } });
    await world.publish(both(5, false));
    expect(reader.waiting).toEqual([]);
  });

  it('keeps silent when only a reason has changed', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const reader = await world.streamClient(other);
    await reader.next();
    await world.publish(story(2, (pay) => pay.off()));
    await world.publish(story(3, (pay) => pay.target('on', 'u2')));
    expect(await reader.next()).toMatchObject({
      event: 'patch',
      data: { flags: { pay: { reason: 'TARGET' } } },
    });
  });

  it('sends a variation whose value was edited, also when its place is the same', async () => {
    const values = (text: string) => flag('text').on().variations({ a: text, b: 'b' });
    const world = await bearerWorld({ ruleset: ruleset(values('one')) });
    const reader = await world.streamClient(student);
    await reader.next();
    await world.publish({ ...ruleset(values('two')), version: 2 });
    expect(await reader.next()).toMatchObject({
      data: { flags: { text: { value: 'two', variation: 'a', reason: 'DEFAULT' } } },
    });
  });

  it('beats every 20 s with the position', async () => {
    const world = await bearerWorld();
    const snapshot = await world.publish(story(1));
    const reader = await world.streamClient(student);
    await reader.next();
    await world.clock.advance(41_000);
    const beat = { event: 'hb', id: positionTextOf(snapshot), data: { position: positionTextOf(snapshot) } };
    expect(await reader.next()).toMatchObject(beat);
    expect(await reader.next()).toMatchObject(beat);
  });
});

describe('GET /stream/client', () => {
  it('streams for the context in a handle', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const answer = await (await world.post('/connect/client', { context: student, handle: true })).json();
    const { url } = (answer as { stream: { url: string } }).stream;
    const response = await world.request(url);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = new FrameReader(response.body);
    expect(await reader.next()).toMatchObject({ event: 'put', data: { flags: { pay: { value: true } } } });
  });
});
