import { afterEach, describe, expect, it } from 'vitest';
import { nodeClock } from '../entry/node-clock.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { bearerToken, UpstreamServer } from '../testing/node-upstream-world.ts';
import { usageSinkContract } from '../usage/usage-sink.contract.ts';
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
  return new UpstreamUsageSink({ urls, token: bearerToken, fetch, clock });
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
