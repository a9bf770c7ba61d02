import type { Heartbeat } from '@fauna-flags/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeClock } from '../entry/node-clock.ts';
import { reportSinkContract } from '../reports/report-sink.contract.ts';
import { heartbeatOf } from '../testing/heartbeat-of.ts';
import { bearerToken, UpstreamServer } from '../testing/node-upstream-world.ts';
import { UpstreamReportSink } from './upstream-report-sink.ts';

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

function openSink(urls: readonly string[], token = bearerToken): UpstreamReportSink {
  return new UpstreamReportSink({ urls, token, fetch, clock: nodeClock });
}

reportSinkContract('UpstreamReportSink', async () => {
  const server = await startServer();
  return {
    sink: openSink([server.url]),
    async known() {
      const newest = new Map<string, Heartbeat>(server.heartbeats.map((each) => [each.id, each]));
      return [...newest.values()];
    },
  };
});

describe('UpstreamReportSink', () => {
  it('goes to the next address after one that does not take a heartbeat, and stays there', async () => {
    const server = await startServer();
    const sink = openSink(['http://127.0.0.1:1', server.url]);
    await expect(sink.report(heartbeatOf('a'))).rejects.toThrow();
    await sink.report(heartbeatOf('a'));
    await sink.report(heartbeatOf('a'));
    expect(server.heartbeats).toHaveLength(2);
  });

  it('rejects when its token is refused', async () => {
    const server = await startServer();
    const sink = openSink([server.url], 'another-token-than-the-one-over-there');
    await expect(sink.report(heartbeatOf('a'))).rejects.toThrow('it answered 401');
    expect(server.heartbeats).toEqual([]);
  });
});
