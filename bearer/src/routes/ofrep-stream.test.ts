import { attribute, audience, flag, inAudience, ruleset } from '@fauna-flags/core/testing';
import { ofrepBulkSchema, ofrepProblemSchema, ofrepRefetchSchema } from '@fauna-flags/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memorySources } from '../documents/memory-shelf.ts';
import { type BearerWorld, bearerWorld, positionTextOf } from '../testing/bearer-world.ts';
import { clientKey, environmentId, registered, registryOf, serverKey } from '../testing/documents.ts';
import { FrameReader } from '../testing/frame-reader.ts';
import { settled } from '../testing/manual-clock.ts';

/* The numbers are those of the checklist that docs/wire.md keeps for OpenFeature's event stream. */

const bulk = '/ofrep/v1/evaluate/flags';
const asServer = { authorization: `Bearer ${serverKey}` };
const student = { targetingKey: 'u1', state: 'WA' };
const other = { targetingKey: 'u2', state: 'CA' };

type Change = (pay: ReturnType<typeof flag>) => ReturnType<typeof flag>;

function story(version: number, change: Change = (pay) => pay, states = ['WA']) {
  return ruleset(
    change(flag('pay').on().rule('west', inAudience('west')).serve('off')),
    flag('still').on(),
    flag('secret').hidden().on(),
    {
      version,
      attributes: { state: 'string' },
      audiences: { west: audience(attribute('state', 'in', states)) },
    },
  );
}

/** What no client key sees: only the hidden flag is another. */
function hiddenOff(version: number) {
  const { flags, ...rest } = story(version);
  return { ...rest, flags: { ...flags, secret: flag('secret').hidden().build() } };
}

async function answerOf(world: BearerWorld, context: unknown, headers: Record<string, string> = {}) {
  const response = await world.post(bulk, { context }, headers);
  const etag = response.headers.get('etag') ?? '';
  const answer = ofrepBulkSchema.parse(await response.json());
  return { etag, answer, url: answer.eventStreams?.[0]?.endpoint.requestUri ?? '' };
}

async function streamFor(world: BearerWorld, context: unknown, headers?: Record<string, string>) {
  const { url } = await answerOf(world, context, headers);
  return new FrameReader((await world.request(url)).body);
}

const refetchAt = (position: string) => ({
  id: position,
  event: undefined,
  data: { type: 'refetchEvaluation', etag: position, lastModified: 1_700_000_000 },
  retry: undefined,
});
const standingAt = (position: string) => ({
  id: position,
  event: undefined,
  data: undefined,
  retry: '3000',
});

describe('eventStreams of a bulk answer (18)', () => {
  it('name one stream at the same origin, for client keys and server keys', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    for (const headers of [{}, asServer]) {
      const { answer } = await answerOf(world, student, headers);
      expect(answer.eventStreams).toEqual([
        {
          type: 'sse',
          endpoint: { requestUri: expect.stringMatching(/^\/ofrep\/v1\/stream\?h=v1\.k1\.[\w-]+$/) },
          inactivityDelaySec: 120,
        },
      ]);
    }
  });

  it('hold neither the key nor the context in the clear', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const { url } = await answerOf(world, { targetingKey: 'somebody', email: 'somebody@example.org' });
    const sealed = Buffer.from(url.split('.')[2] ?? '', 'base64url').toString('latin1');
    for (const secret of ['somebody', 'example.org', clientKey, environmentId])
      expect([url.includes(secret), sealed.includes(secret)]).toEqual([false, false]);
  });

  it('are left out, with the metadata, for a client library that reads no unknown members', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const { answer } = await answerOf(world, student, { 'user-agent': 'ktor-client/3.0' });
    expect(Object.keys(answer)).toEqual(['flags']);
  });

  it('are left out where no handle can be made: a context too large for a URL', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const { answer } = await answerOf(world, { ...student, a: 'x'.repeat(3_000), b: 'x'.repeat(3_000) });
    expect(Object.keys(answer)).toEqual(['flags', 'metadata']);
  });
});

describe('the ETag of a bulk answer (15)', () => {
  it('stays for the same state, also when the ruleset moved on and whatever the order of members', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const before = await answerOf(world, student);
    await world.publish(hiddenOff(2));
    const after = await answerOf(world, { state: 'WA', targetingKey: 'u1' });
    expect([after.etag, after.url]).toEqual([before.etag, before.url]);
  });

  it('changes with the stream: another key, another context, another secret of handles', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const seen = new Set([(await answerOf(world, student)).etag]);
    seen.add((await answerOf(world, { ...student, targetingKey: 'u9' })).etag);
    const second = 'the-second-client-key-of-this-place';
    await world.publishKeys({
      ...registryOf(registered(clientKey), registered(second)),
      handleKeys: [{ kid: 'k2', secret: Buffer.alloc(32, 8).toString('base64url') }],
    });
    seen.add((await answerOf(world, student)).etag);
    seen.add((await answerOf(world, student, { authorization: second })).etag);
    expect(seen.size).toBe(4);
  });
});

describe('GET /ofrep/v1/stream (19)', () => {
  it('begins with how long to wait and the position, as a frame that nothing is dispatched for', async () => {
    const world = await bearerWorld();
    const position = positionTextOf(await world.publish(story(1)));
    const { url } = await answerOf(world, student);
    const response = await world.request(url, { headers: { origin: 'https://shop.example' } });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'access-control-allow-origin': 'https://shop.example',
      'referrer-policy': 'no-referrer',
    });
    const reader = new FrameReader(response.body);
    expect(await reader.next()).toEqual(standingAt(position));
    expect(reader.waiting).toEqual([]);
  });

  it('says in one unnamed event with an id that there is another answer, and nothing of it', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const reader = await streamFor(world, student);
    await reader.next();
    const position = positionTextOf(await world.publish(story(2, (pay) => pay.off())));
    const frame = await reader.next();
    expect(frame).toEqual(refetchAt(position));
    ofrepRefetchSchema.parse(frame?.data);
    expect(reader.waiting).toEqual([]);
  });

  it('writes no line that names an event', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const written = (await world.request((await answerOf(world, student)).url)).text();
    await world.publish(story(2, (pay) => pay.off()));
    await world.clock.advance(60_000);
    await world.publishKeys(registryOf(registered(clientKey, { state: 'revoked' })));
    const text = await written;
    expect(
      text.split('\n').filter((line) => !/^(id: [\w-]+|data: \{.*\}|retry: 3000|: .*|)$/.test(line)),
    ).toEqual([]);
    expect(text.match(/^data: /gm)).toHaveLength(1);
  });

  it('beats every 15 to 25 s with a comment and the position, and ends no stream for its age', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const reader = await streamFor(world, student);
    await reader.next();
    // Nothing that this context sees, but a position that a reader should come back with.
    const position = positionTextOf(await world.publish(hiddenOff(2)));
    let silentMs = 0;
    for (let ms = 0; ms < 2 * 60 * 60 * 1_000; ms += 1_000) {
      await world.clock.advance(1_000);
      silentMs += 1_000;
      const frame = reader.waiting.length > 0 ? await reader.next() : undefined;
      if (frame === undefined) expect(silentMs).toBeLessThanOrEqual(25_000);
      else {
        expect(frame).toEqual({ ...standingAt(position), retry: undefined });
        if (ms > 30_000) expect(silentMs).toBeGreaterThanOrEqual(15_000);
        silentMs = 0;
      }
    }
    expect(world.bearer.status().streams).toBe(1);
  }, 60_000);

  it('tells a reader that comes back to ask at once when anything has changed, and else nothing', async () => {
    const world = await bearerWorld();
    const first = positionTextOf(await world.publish(story(1)));
    const { url } = await answerOf(world, student);
    const position = positionTextOf(await world.publish(story(2, (pay) => pay.off())));
    const comeBack = async (lastEventId: string) => {
      const reader = new FrameReader(
        (await world.request(url, { headers: { 'last-event-id': lastEventId } })).body,
      );
      await settled();
      return reader.waiting;
    };
    expect(await comeBack(position)).toEqual([standingAt(position)]);
    for (const since of [first, '1900000000-1-00000000', position.replace(/-\w+$/, '-00000000')]) {
      const [standing, refetch, ...more] = await comeBack(since);
      expect([since, standing?.data, refetch?.data, more]).toEqual([
        since,
        undefined,
        refetchAt(position).data,
        [],
      ]);
    }
  });

  it('loses no change between the answer and the opening of the stream', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const { url } = await answerOf(world, student);
    const position = positionTextOf(await world.publish(story(2, (pay) => pay.off())));
    const late = new FrameReader((await world.request(url)).body);
    await settled();
    expect(late.waiting.map(({ data }) => data)).toEqual([undefined, refetchAt(position).data]);
    // A change back to what was shown is none.
    await world.publish(story(3));
    const back = new FrameReader((await world.request(url)).body);
    await settled();
    expect(back.waiting.map(({ data }) => data)).toEqual([undefined]);
    // Who was shown nothing must ask.
    const { stream } = (await (
      await world.post('/connect/client', { context: student, handle: true })
    ).json()) as { stream: { url: string } };
    const unknown = new FrameReader(
      (await world.request(stream.url.replace('/stream/client', '/ofrep/v1/stream'))).body,
    );
    await settled();
    expect(unknown.waiting).toHaveLength(2);
  });
});

describe('flagConfigEtag of a refetch (16)', () => {
  it('makes a bearer that is behind read on before it answers', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const source = memorySources(world.shelf).rulesets;
    const behind = await bearerWorld({
      deps: {
        rulesets: {
          read: (id) => source.read(id),
          position: (id) => source.position(id),
          watch: () => () => {},
          close: () => source.close(),
        },
      },
    });
    await behind.clock.advance(2_000);
    const { etag, answer } = await answerOf(behind, student);
    expect(answer.flags).toMatchObject([{ key: 'pay', value: true }, { key: 'still' }]);
    const told = await streamFor(world, student);
    await told.next();
    await world.publish(story(2, (pay) => pay.off()));
    const event = ofrepRefetchSchema.parse((await told.next())?.data);

    const headers = { 'if-none-match': etag };
    expect((await behind.post(bulk, { context: student }, headers)).status).toBe(304);
    const path = `${bulk}?flagConfigEtag=${event.etag}&flagConfigLastModified=${event.lastModified}`;
    const response = await behind.post(path, { context: student }, headers);
    expect(ofrepBulkSchema.parse(await response.json()).flags).toMatchObject([
      { key: 'pay', value: false },
      {},
    ]);
  });

  it('asks no source when it names what is known here, or what was known before', async () => {
    const world = await bearerWorld();
    const first = positionTextOf(await world.publish(story(1)));
    const second = positionTextOf(await world.publish(story(2)));
    const source = memorySources(world.shelf).rulesets;
    let asked = 0;
    const counting = await bearerWorld({
      deps: {
        rulesets: {
          read: (id) => source.read(id),
          position: (id) => {
            asked += 1;
            return source.position(id);
          },
          watch: (id, onHint) => source.watch(id, onHint),
          close: () => source.close(),
        },
      },
    });
    await counting.clock.advance(2_000);
    asked = 0;
    for (const named of [first, second])
      expect((await counting.post(`${bulk}?flagConfigEtag=${named}`, { context: student })).status).toBe(200);
    expect(asked).toBe(0);
    await counting.post(`${bulk}?flagConfigEtag=1700000000-3-00000000`, { context: student });
    expect(asked).toBe(1);
  });
});

describe('who may open a stream (20)', () => {
  it('is whoever has a handle of a good key: anything else is 401 as JSON', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    for (const path of ['/ofrep/v1/stream', '/ofrep/v1/stream?h=', '/ofrep/v1/stream?h=v1.k1.AAAA']) {
      const response = await world.request(path, { headers: { authorization: clientKey } });
      expect([path, response.status, response.headers.get('content-type')]).toEqual([
        path,
        401,
        'application/json',
      ]);
      ofrepProblemSchema.parse(await response.json());
    }
    const { url } = await answerOf(world, student);
    expect((await world.request(url, { method: 'HEAD' })).status).toBe(405);
    expect(world.bearer.status().streams).toBe(0);
  });

  it('is no page of an origin that the key does not hold', async () => {
    const world = await bearerWorld({
      ruleset: story(1),
      registry: registryOf(registered(clientKey, { origins: ['https://shop.example'] })),
    });
    const { url } = await answerOf(world, student);
    const foreign = await world.request(url, { headers: { origin: 'https://evil.example' } });
    expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    const own = await world.request(url, { headers: { origin: 'https://shop.example' } });
    expect(own.status).toBe(200);
    await own.body?.cancel();
  });

  it('is nobody once the key is revoked: the stream just ends, and the next question is 401', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const { url } = await answerOf(world, student);
    const reader = new FrameReader((await world.request(url)).body);
    await reader.next();
    await world.publishKeys(registryOf(registered(clientKey, { state: 'revoked' })));
    expect(await reader.next()).toBeUndefined();
    expect((await world.request(url)).status).toBe(401);
    expect((await world.post(bulk, { context: student })).status).toBe(401);
  });

  it('is told nothing at the end of the bearer either', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const reader = await streamFor(world, student);
    await reader.next();
    await world.bearer.close();
    expect(await reader.next()).toBeUndefined();
  });
});

describe('who is told of a change (21)', () => {
  it('is whose answer changed: not another context, and no client key when a hidden flag did', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const readers = {
      student: await streamFor(world, student),
      other: await streamFor(world, other),
      server: await streamFor(world, other, asServer),
    };
    const toldBy = async (next: ReturnType<typeof story>) => {
      for (const reader of Object.values(readers)) while (reader.waiting.length > 0) await reader.next();
      await world.publish(next);
      return Object.entries(readers)
        .filter(([, reader]) => reader.waiting.length > 0)
        .map(([name]) => name);
    };
    expect(await toldBy(hiddenOff(2))).toEqual(['server']);
    expect(await toldBy(story(3))).toEqual(['server']);
    expect(
      await toldBy({ ...story(4), attributes: { ...story(4).attributes, unused: { type: 'number' } } }),
    ).toEqual([]);
    expect(await toldBy(story(5, (pay) => pay.target('on', 'u1')))).toEqual([]);
    expect(await toldBy(story(6, (pay) => pay.target('on', 'u1'), ['WA', 'CA']))).toEqual([
      'other',
      'server',
    ]);
    expect(await toldBy(story(7, (pay) => pay.hidden(), ['WA', 'CA']))).toEqual(['student', 'other']);
  });

  it('is told once of many changes while it takes nothing, and not at all of what was taken back', async () => {
    const world = await bearerWorld({ ruleset: story(1) });
    const { url } = await answerOf(world, student);
    const slow = await world.request(url);
    const positions: string[] = [];
    for (let version = 2; version <= 21; version += 1)
      positions.push(
        positionTextOf(await world.publish(story(version, (pay) => (version % 2 === 0 ? pay.off() : pay)))),
      );
    const reader = new FrameReader(slow.body);
    await settled();
    expect(reader.waiting.map(({ data }) => data)).toEqual([undefined]);
    await world.publish(story(22, (pay) => pay.off()));
    expect(reader.waiting).toHaveLength(2);
    expect(positions).toHaveLength(20);
  });

  it('is exactly whose answer differs, whatever changed', async () => {
    const visibility = fc.constantFrom<Change>(
      (pay) => pay,
      (pay) => pay.hidden(),
    );
    const change = fc
      .array(
        fc.constantFrom<Change>(
          (pay) => pay.off(),
          (pay) => pay.on(),
          (pay) => pay.serve('on'),
          (pay) => pay.target('on', 'u1'),
          (pay) => pay.prerequisite('secret'),
          (pay) => pay.rollout(50),
          (pay) => pay.variations({ on: 'yes', off: 'no' }),
        ),
        { maxLength: 3 },
      )
      .chain((changes) => visibility.map((last) => [...changes, last]));
    const state = fc.record({ change, states: fc.subarray(['WA', 'CA', 'NY'], { minLength: 1 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(state, { minLength: 2, maxLength: 6 }), async (states) => {
        const versions = states.map(({ change: changes, states: west }, at) =>
          story(at + 1, (pay) => changes.reduce((sum, next) => next(sum), pay), west),
        );
        const world = await bearerWorld({ ruleset: versions[0] as (typeof versions)[number] });
        const asking = [
          [student, {}],
          [other, {}],
          [{}, asServer],
        ] as const;
        const flagsNow = () =>
          Promise.all(
            asking.map(async ([context, headers]) => (await answerOf(world, context, headers)).answer.flags),
          );
        const readers = await Promise.all(
          asking.map(([context, headers]) => streamFor(world, context, headers)),
        );
        await settled();
        for (const reader of readers) await reader.next();
        for (const version of versions.slice(1)) {
          const before = await flagsNow();
          await world.publish(version);
          const after = await flagsNow();
          for (const [place, reader] of readers.entries()) {
            const differs = JSON.stringify(before[place]) !== JSON.stringify(after[place]);
            expect(reader.waiting.map(({ event }) => event)).toEqual(differs ? [undefined] : []);
            if (differs) await reader.next();
          }
        }
        await world.bearer.close();
      }),
      { numRuns: 60 },
    );
  });

  it('hears of it at once among few, and spread over time among many: each will ask', async () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const world = await bearerWorld({ ruleset: story(1), deps: { random } });
    const { url } = await answerOf(world, student);
    const readers: FrameReader[] = [];
    const open = async (count: number) => {
      for (let place = 0; place < count; place += 1)
        readers.push(new FrameReader((await world.request(url)).body));
      await settled();
    };
    const told = () =>
      readers.filter(({ waiting }) =>
        waiting.some(({ data }) => (data as { etag?: string })?.etag?.startsWith('1700000000-2-')),
      ).length;
    await open(1_000);
    await world.publish(story(2, (pay) => pay.off()));
    const atOnce = told();
    await world.clock.advance(250);
    const halfway = told();
    await world.clock.advance(250);
    expect([atOnce, halfway > 400, halfway < 600, told()]).toEqual([0, true, true, 1_000]);
    for (const reader of readers.splice(20)) await reader.leave();
    for (const reader of readers) while (reader.waiting.length > 0) await reader.next();
    await world.publish(story(3));
    await settled();
    expect(readers.map(({ waiting }) => waiting.length)).toEqual(Array(20).fill(1));
    await world.bearer.close();
  });
});
