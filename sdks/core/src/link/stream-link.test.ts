import { describe, expect, it } from 'vitest';
import type { LinkError } from './link-error.ts';
import { createScriptedBearer, openScriptedStream, type ScriptedRequest } from './scripted-bearer.ts';
import { StreamLink, type StreamLinkOptions } from './stream-link.ts';
import { createVirtualTime } from './virtual-time.ts';

const p1 = '1-1-aaaaaaaa';
const p2 = '1-2-bbbbbbbb';
const p3 = '1-3-cccccccc';

const json = (body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json', ...headers } });

/** A link in virtual time whose bearer answers by `script`, with everything that it reports. */
function createLink(
  script: (request: ScriptedRequest) => Response | Promise<Response>,
  options: Partial<StreamLinkOptions> & { random?: () => number } = {},
) {
  const { random = () => 0.5, ...more } = options;
  const time = createVirtualTime();
  const bearer = createScriptedBearer(time.now, script);
  const log: string[] = [];
  const errors: LinkError[] = [];
  const link = new StreamLink({
    platform: { fetch: bearer.fetch, now: time.now, setTimer: time.setTimer, random },
    urls: ['http://a'],
    key: 'k',
    streamPath: '/stream/x',
    pollPath: '/connect/x',
    exact: false,
    apply({ kind, data }) {
      if (data.flags === 'bad') throw new TypeError('bad flags');
      log.push(`${kind} ${data.position}`);
    },
    onFresh() {},
    onState: (state) => log.push(state),
    onError: (error) => errors.push(error),
    ...more,
  });
  return { link, time, bearer, log, errors };
}

/** A bearer with one stream at a time, which is opened with a put of `position`. */
function streaming(position = p1) {
  const streams: ReturnType<typeof openScriptedStream>[] = [];
  return {
    streams,
    latest() {
      const stream = streams.at(-1);
      if (stream === undefined) throw new Error('No stream was opened');
      return stream;
    },
    script(request: ScriptedRequest): Response {
      if (!request.url.includes('/stream/')) throw new Error('unreachable');
      const stream = openScriptedStream();
      streams.push(stream);
      if (request.headers['last-event-id'] === undefined) stream.send('put', { position });
      else stream.send('none', { position: request.headers['last-event-id'] });
      return stream.response;
    },
  };
}

const unreachable = () => {
  throw new Error('unreachable');
};

describe('StreamLink', () => {
  it('asks with the key and applies what comes', async () => {
    const server = streaming();
    const { link, time, bearer, log } = createLink(server.script, { body: () => '{"context":{}}' });
    link.start();
    await time.advance(0);
    server.latest().send('patch', { position: p2 });
    await time.advance(0);
    expect(log).toEqual([`put ${p1}`, 'live', `patch ${p2}`]);
    expect(link.position).toBe(p2);
    expect(bearer.requests).toMatchObject([
      {
        method: 'POST',
        url: 'http://a/stream/x',
        body: '{"context":{}}',
        headers: {
          authorization: 'Bearer k',
          accept: 'text/event-stream',
          'content-type': 'application/json',
        },
      },
    ]);
    expect(bearer.requests[0]?.headers).not.toHaveProperty('last-event-id');
  });

  it('resumes where it stood after every cut, and catches up', async () => {
    const server = streaming();
    const { link, time, bearer, log } = createLink(server.script);
    link.start();
    await time.advance(0);
    server.latest().cut();
    await time.advance(1_000);
    server.latest().send('patch', { position: p2 });
    await time.advance(0);
    expect(bearer.streamRequests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, p1]);
    expect(log).toEqual([`put ${p1}`, 'live', 'down', 'live', `patch ${p2}`]);
  });

  it('never gives up: after 500 failures the first answer brings it back, and only one timer ever waits to reconnect', async () => {
    const server = streaming();
    let isUp = false;
    const { link, time, bearer, log } = createLink(
      (request) => (isUp ? server.script(request) : unreachable()),
      {
        random: () => 0.999,
      },
    );
    link.start();
    let waitingMax = 0;
    while (bearer.streamRequests.length < 500) {
      await time.advance(30_000);
      waitingMax = Math.max(waitingMax, time.waiting);
    }
    isUp = true;
    await time.advance(30_000);
    expect(log).toEqual([`put ${p1}`, 'live']);
    // One for the stream and one for the poll.
    expect(waitingMax).toBe(2);
  });

  it('draws its delays from 1 s·2ⁿ up to 30 s, and begins anew after 60 s of health', async () => {
    const server = streaming();
    let isUp = false;
    const { link, time, bearer } = createLink((request) => (isUp ? server.script(request) : unreachable()), {
      random: () => 0.999_999,
    });
    const gaps = () =>
      bearer.streamRequests
        .map(({ at }, index, all) => Math.round((at - (all[index - 1]?.at ?? 0)) / 1_000))
        .slice(1);
    link.start();
    await time.advance(92_000);
    expect(gaps()).toEqual([1, 2, 4, 8, 16, 30, 30]);
    isUp = true;
    await time.advance(31_000);
    for (let beat = 0; beat < 6; beat += 1) {
      server.latest().send('hb', { position: p1 });
      await time.advance(10_000);
    }
    isUp = false;
    server.latest().cut();
    const cutAt = time.now();
    await time.advance(4_000);
    const later = bearer.streamRequests.filter(({ at }) => at > cutAt);
    expect(later.map(({ at }) => Math.round((at - cutAt) / 1_000))).toEqual([1, 3]);
  });

  it('takes a stream that dies young for one more failure, and for few of them however often it happens', async () => {
    const server = streaming();
    const { link, time, bearer } = createLink(server.script, { random: () => 0.999_999 });
    link.start();
    for (let cuts = 0; cuts < 6; cuts += 1) {
      await time.advance(0);
      server.latest().end();
      await time.advance(4_000);
    }
    const delays = bearer.streamRequests.map(({ at }, index, all) => at - (all[index - 1]?.at ?? 0));
    // A server that restarts again and again is found within four seconds each time, and not after half a minute.
    expect(delays.map((delay) => Math.round(delay / 1_000))).toEqual([0, 1, 5, 6, 4, 4, 4]);
  });

  it('drops a connection on which nothing comes for 50 s, and comments keep it', async () => {
    const server = streaming();
    const { link, time, bearer, errors } = createLink(server.script);
    link.start();
    await time.advance(40_000);
    server.latest().write(':\n\n');
    await time.advance(49_000);
    expect(bearer.streamRequests).toHaveLength(1);
    await time.advance(1_500);
    expect(errors.map(({ code }) => code)).toEqual(['network']);
    expect(bearer.streamRequests.map(({ isAborted }) => isAborted)).toEqual([true, false]);
  });

  it('drops a connection attempt that hangs for 10 s, even when the platform ignores the abort', async () => {
    const time = createVirtualTime();
    let asked = 0;
    const fetch = () => {
      asked += 1;
      return new Promise<Response>(() => {});
    };
    const { link, errors } = createLink(unreachable, {
      platform: { fetch, now: time.now, setTimer: time.setTimer, random: () => 0.5 },
    });
    link.start();
    await time.advance(9_999);
    expect([asked, errors]).toEqual([1, []]);
    await time.advance(1_000);
    // The second attempt at the stream, and the first poll.
    expect([asked, errors.map(({ code }) => code)]).toEqual([3, ['network']]);
  });

  it('polls after 10 s without a stream, with its ETag, every 30 s ± 20 %, until the stream speaks', async () => {
    const server = streaming(p3);
    let isStreaming = false;
    const { link, time, bearer, log } = createLink((request) => {
      if (request.url.includes('/stream/')) return isStreaming ? server.script(request) : unreachable();
      return request.headers['if-none-match'] === '"e1"'
        ? new Response(null, { status: 304 })
        : json({ position: p1 }, { etag: '"e1"' });
    });
    link.start();
    await time.advance(9_999);
    expect(bearer.polls).toEqual([]);
    await time.advance(60_001);
    expect(bearer.polls.map(({ at, headers }) => [at, headers['if-none-match']])).toEqual([
      [10_000, undefined],
      [40_000, '"e1"'],
      [70_000, '"e1"'],
    ]);
    expect(log).toEqual([`put ${p1}`, 'polling']);
    isStreaming = true;
    await time.advance(30_000);
    const pollsThen = bearer.polls.length;
    expect(log.slice(2)).toEqual(['live']);
    for (let beat = 0; beat < 10; beat += 1) {
      server.latest().send('hb', { position: p1 });
      await time.advance(20_000);
    }
    expect(bearer.polls).toHaveLength(pollsThen);
  });

  it('polls when a stream was interrupted for 120 s, and takes only what is newer', async () => {
    const server = streaming(p2);
    let isStreaming = true;
    const answers = [p1, p2, p3];
    const { link, time, bearer, log } = createLink((request) => {
      if (request.url.includes('/stream/')) return isStreaming ? server.script(request) : unreachable();
      return json({ position: answers.shift() ?? p3 });
    });
    link.start();
    await time.advance(0);
    isStreaming = false;
    server.latest().cut();
    await time.advance(119_000);
    expect(bearer.polls).toEqual([]);
    await time.advance(62_000);
    expect(bearer.polls).toHaveLength(3);
    expect(log).toEqual([`put ${p2}`, 'live', 'down', 'polling', `put ${p3}`]);
  });

  it('reads the position of a polled ruleset in its ETag, weak or not', async () => {
    const { link, time, log } = createLink((request) =>
      request.url.includes('/stream/') ? unreachable() : json({ schema: 1 }, { etag: `W/"${p2}"` }),
    );
    link.start();
    await time.advance(10_000);
    expect([link.position, log]).toEqual([p2, ['put undefined', 'polling']]);
  });

  it('rests for 5 min ± 50 % when the key is refused, says so, polls nothing, and tries again for ever', async () => {
    const { link, time, bearer, errors } = createLink(() => new Response('{}', { status: 401 }));
    link.start();
    await time.advance(0);
    expect(errors).toMatchObject([{ code: 'refused', status: 401 }]);
    await time.advance(1_499_000);
    expect(bearer.polls).toEqual([]);
    expect(bearer.streamRequests.map(({ at }) => at)).toEqual([0, 300_000, 600_000, 900_000, 1_200_000]);
  });

  it('still polls where only the stream route is refused', async () => {
    const { link, time, log } = createLink((request) =>
      request.url.includes('/stream/') ? new Response('', { status: 404 }) : json({ position: p1 }),
    );
    link.start();
    await time.advance(10_000);
    expect(log).toEqual([`put ${p1}`, 'polling']);
  });

  it.each([400, 408, 429, 500, 502, 503])('tries again soon after a %i', async (status) => {
    const { link, time, bearer } = createLink(() => new Response('', { status }));
    link.start();
    await time.advance(9_000);
    expect(bearer.streamRequests.length).toBeGreaterThan(2);
  });

  it('waits for "Retry-After" and spreads after it', async () => {
    const { link, time, bearer } = createLink(
      () => new Response('', { status: 503, headers: { 'retry-after': '7' } }),
    );
    link.start();
    await time.advance(9_000);
    expect(bearer.streamRequests.map(({ at }) => at)).toEqual([0, 7_500]);
  });

  it('draws its next delay from "retry:"', async () => {
    const server = streaming();
    const { link, time, bearer } = createLink(server.script);
    link.start();
    await time.advance(0);
    server.latest().write('retry: 20000\n\n');
    await time.advance(0);
    server.latest().cut();
    await time.advance(11_000);
    expect(bearer.streamRequests.map(({ at }) => at)).toEqual([0, 10_000]);
  });

  it('moves away when a goodbye says so, on the old stream until then', async () => {
    const server = streaming();
    const { link, time, bearer, log } = createLink(server.script);
    link.start();
    await time.advance(0);
    const old = server.latest();
    old.send('goodbye', { delayMs: 5_000 });
    await time.advance(4_000);
    old.send('patch', { position: p2 });
    await time.advance(2_000);
    expect(bearer.streamRequests.map(({ at, isAborted }) => [at, isAborted])).toEqual([
      [0, true],
      [5_000, false],
    ]);
    expect(log).toEqual([`put ${p1}`, 'live', `patch ${p2}`]);
  });

  it('comes back when the goodbye said, also when the server closes at once', async () => {
    const server = streaming();
    const { link, time, bearer } = createLink(server.script);
    link.start();
    await time.advance(0);
    server.latest().send('goodbye', { delayMs: 5_000 });
    server.latest().end();
    await time.advance(9_000);
    expect(bearer.streamRequests.map(({ at }) => at)).toEqual([0, 5_000]);
  });

  it('keeps its state when the key is revoked, and rests', async () => {
    const server = streaming();
    const { link, time, bearer, errors, log } = createLink(server.script);
    link.start();
    await time.advance(0);
    server.latest().send('revoked', {});
    await time.advance(200_000);
    expect(errors).toMatchObject([{ code: 'revoked' }]);
    expect([link.position, log, bearer.requests.length]).toEqual([p1, [`put ${p1}`, 'live', 'down'], 1]);
  });

  it.each([
    ['no JSON', 'event: patch\ndata: {"position"\n\n'],
    ['no object', 'event: patch\ndata: []\n\n'],
    ['no position', 'event: put\ndata: {"flags":{}}\n\n'],
    ['a heartbeat without a position', 'event: hb\ndata: {}\n\n'],
    ['data that cannot be applied', `event: put\ndata: {"position":"${p2}","flags":"bad"}\n\n`],
  ])('drops the connection at %s, keeps its state and resumes', async (_, text) => {
    const server = streaming();
    const { link, time, bearer, errors } = createLink(server.script);
    link.start();
    await time.advance(0);
    server.latest().write(text);
    await time.advance(1_000);
    expect(errors.map(({ code }) => code)).toEqual(['malformed']);
    expect(link.position).toBe(p1);
    expect(bearer.streamRequests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, p1]);
  });

  it('ignores events that it does not know', async () => {
    const server = streaming();
    const { link, time, errors } = createLink(server.script);
    link.start();
    await time.advance(0);
    server.latest().write('event: weather\ndata: sunny\n\n');
    await time.advance(0);
    expect([link.position, errors]).toEqual([p1, []]);
  });

  it('asks for everything after a patch that it has no state for', async () => {
    const server = streaming();
    let isFirst = true;
    const { link, time, bearer, errors, log } = createLink((request) => {
      if (!isFirst) return server.script(request);
      isFirst = false;
      const stream = openScriptedStream();
      stream.send('patch', { position: p2 });
      return stream.response;
    });
    link.start();
    await time.advance(1_000);
    expect(errors.map(({ code }) => code)).toEqual(['out_of_sync']);
    expect(bearer.streamRequests.map(({ headers }) => headers['last-event-id'])).toEqual([
      undefined,
      undefined,
    ]);
    expect(log).toEqual([`put ${p1}`, 'live']);
  });

  it('refuses a page of a captive portal', async () => {
    const { link, time, errors } = createLink(
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
    );
    link.start();
    await time.advance(10_000);
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['unavailable']));
    expect(link.position).toBeUndefined();
  });

  it('tries its base URLs in order, and counts a failure once a round', async () => {
    const server = streaming();
    const { link, time, bearer } = createLink(
      (request) => (request.url.startsWith('http://c') ? server.script(request) : unreachable()),
      { urls: ['http://a', 'http://b', 'http://c'], random: () => 0.999_999 },
    );
    link.start();
    await time.advance(2_000);
    expect(bearer.requests.map(({ url, at }) => [url, Math.round(at / 1_000)])).toEqual([
      ['http://a/stream/x', 0],
      ['http://b/stream/x', 1],
      ['http://c/stream/x', 2],
    ]);
    expect(link.position).toBe(p1);
  });

  it('asks the next base URL soon when one of them cannot serve it at all', async () => {
    const server = streaming();
    const { link, time, bearer } = createLink(
      (request) =>
        request.url.startsWith('http://b') ? server.script(request) : new Response('{}', { status: 404 }),
      { urls: ['http://a', 'http://b'], random: () => 0.999_999 },
    );
    link.start();
    await time.advance(1_000);
    expect(bearer.requests.map(({ url }) => url)).toEqual(['http://a/stream/x', 'http://b/stream/x']);
    expect(link.position).toBe(p1);
  });

  it('forgets its position and its ETag when it is started anew, and hears nothing of the old stream', async () => {
    const server = streaming();
    const { link, time, bearer, log } = createLink(server.script);
    link.start();
    await time.advance(0);
    const old = server.latest();
    link.start();
    old.send('patch', { position: p2 });
    await time.advance(0);
    expect(
      bearer.streamRequests.map(({ headers, isAborted }) => [headers['last-event-id'], isAborted]),
    ).toEqual([
      [undefined, true],
      [undefined, false],
    ]);
    expect(log).toEqual([`put ${p1}`, 'live', 'down', `put ${p1}`, 'live']);
  });

  it('stops for good when closed, with no timer left', async () => {
    const server = streaming();
    const { link, time, bearer, log } = createLink(server.script);
    link.start();
    await time.advance(0);
    link.close();
    await time.advance(1_000_000);
    expect(time.waiting).toBe(0);
    expect(bearer.requests.map(({ isAborted }) => isAborted)).toEqual([true]);
    expect(log).toEqual([`put ${p1}`, 'live', 'down']);
  });

  it('may be closed by whoever it tells', async () => {
    const server = streaming();
    const { link, time } = createLink(server.script, { onState: () => link.close() });
    link.start();
    await time.advance(0);
    expect(time.waiting).toBe(0);
  });
});
