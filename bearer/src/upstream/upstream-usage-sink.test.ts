import { afterEach, describe, expect, it } from 'vitest';
import { nodeClock } from '../entry/node-clock.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { bearerToken, UpstreamServer } from '../testing/node-upstream-world.ts';
import { largeRecord, usageSinkContract } from '../usage/usage-sink.contract.ts';
import type { UsageRecord } from '../usage/usage-sink.ts';
import { UpstreamUsageSink } from './upstream-usage-sink.ts';

const servers: UpstreamServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

async function startServer(): Promise<UpstreamServer> {
  const server = new UpstreamServer();
  servers.push(server);
  await server.start();
  return server;
}

function openSink(urls: readonly string[], clock: typeof nodeClock | ManualClock = nodeClock) {
  return new UpstreamUsageSink({ urls, token: bearerToken, fetch, clock, log: new MemoryLog() });
}

/** A sink in front of answers that a test chooses; `sent` are the bodies that were sent. */
function openScripted(answer: (body: string) => number) {
  const sent: string[] = [];
  const log = new MemoryLog();
  const clock = new ManualClock();
  const fetchScripted = async (_: unknown, init?: RequestInit) => {
    const body = String(init?.body);
    sent.push(body);
    return new Response(null, { status: answer(body) });
  };
  const sink = new UpstreamUsageSink({
    ...{ urls: ['http://up'], token: bearerToken, clock, log },
    fetch: fetchScripted,
  });
  return { sink, sent, log, clock };
}

const recordOf = (id: string): UsageRecord => ({
  id,
  environmentId: 'e',
  keyId: 'k',
  receivedAt: 1,
  use: { requests: 1, fromBrowsers: 0 },
});

usageSinkContract('UpstreamUsageSink', async () => {
  const server = await startServer();
  // Nobody takes anything until somebody looks.
  server.takesUsage = false;
  const sink = openSink([server.url]);
  return {
    sink,
    async arrived() {
      await sink.flush();
      server.takesUsage = true;
      await sink.flush();
      return server.usage;
    },
  };
});

describe('UpstreamUsageSink', () => {
  it('sends what was not taken again after a while, to the next address, with the same ids', async () => {
    const server = await startServer();
    const clock = new ManualClock();
    const sink = openSink(['http://127.0.0.1:1', server.url], clock);
    await sink.record(recordOf('a'));
    await sink.flush();
    await sink.record(recordOf('b'));
    expect(server.usage).toEqual([]);
    clock.advance(5_000);
    await sink.flush();
    expect(server.usage.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('drops what is refused for what it is, says so once, and goes on with what comes after it', async () => {
    const { sink, sent, log } = openScripted((body) => (body.includes('bad') ? 400 : 204));
    for (const id of ['bad-a', 'bad-b', 'good']) {
      await sink.record(recordOf(id));
      await sink.flush();
    }
    expect(sent).toHaveLength(3);
    expect(log.lines.map(({ fields }) => fields)).toEqual([{ reason: 'It answered 400' }]);
  });

  it.each([401, 404, 408, 429, 503])('keeps what was answered %i, and sends it again', async (status) => {
    let isAway = true;
    const { sink, sent, clock } = openScripted(() => (isAway ? status : 204));
    await sink.record(recordOf('a'));
    await sink.flush();
    isAway = false;
    await clock.advance(5_000);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toBe(sent[0]);
  });

  it('holds a few megabytes and no more, however large records are', async () => {
    let isAway = true;
    const { sink, sent } = openScripted(() => (isAway ? 503 : 204));
    for (let at = 0; at < 200; at += 1) await sink.record(largeRecord(at));
    await sink.flush();
    isAway = false;
    sent.length = 0;
    await sink.flush();
    const bytes = sent.reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeGreaterThan(3 * 1024 * 1024);
    expect(bytes).toBeLessThan(5 * 1024 * 1024);
    expect(sent.at(-1)).toContain('"receivedAt":199');
  });

  it('sends what is left when it is closed, and takes no more', async () => {
    const server = await startServer();
    const sink = openSink([server.url]);
    for (let at = 0; at < 500; at += 1) await sink.record(recordOf(`r-${at}`));
    await sink.close();
    await sink.close();
    expect(new Set(server.usage.map(({ id }) => id)).size).toBe(500);
    await expect(sink.record(recordOf('late'))).rejects.toThrow(/closed/);
  });
});
