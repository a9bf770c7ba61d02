import { flag, ruleset } from '@fauna-flags/core/testing';
import { formatStoredPosition, heartbeatSchema } from '@fauna-flags/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { sourcesOverUpstream } from './bearer-sources.ts';
import { nodeClock } from './entry/node-clock.ts';
import { listen, type RunningServer } from './entry/node-server.ts';
import { MemoryReports } from './reports/memory-reports.ts';
import { type BearerWorld, bearerWorld } from './testing/bearer-world.ts';
import { clientKey, environmentId, serverKey } from './testing/documents.ts';
import { heartbeatOf } from './testing/heartbeat-of.ts';
import { MemoryLog } from './testing/memory-log.ts';
import { bearerToken } from './testing/node-upstream-world.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function served(world: BearerWorld): Promise<{ readonly url: string; readonly server: RunningServer }> {
  const server = await listen({ host: '127.0.0.1', port: 0, fetch: world.bearer.app.fetch });
  closing.push(async () => {
    await world.bearer.close();
    await server.close(0);
  });
  return { url: `http://127.0.0.1:${server.port}`, server };
}

/** A bearer behind another one, with real time between them. */
async function child(id: string, url: string): Promise<BearerWorld> {
  const runtime = { held: () => new Map(), fetch, clock: nodeClock, random: () => 0.1, log: new MemoryLog() };
  const { reportSink, ...sources } = sourcesOverUpstream({ urls: [url], token: bearerToken }, runtime);
  const reports = reportSink && ({ id, runtime: 'node', sink: reportSink } as const);
  return bearerWorld({ registry: null, deps: { ...sources, clock: nodeClock, bearerToken, reports } });
}

describe('bearers in a chain', () => {
  it('serve what the first of them has, follow its changes, and report through it', async () => {
    const reports = new MemoryReports(nodeClock);
    const first = await bearerWorld({
      ruleset: ruleset(flag('pay')),
      deps: { clock: nodeClock, bearerToken, reports: { id: 'first', runtime: 'node', sink: reports } },
    });
    const second = await child('second', (await served(first)).url);
    const third = await child('third', (await served(second)).url);
    closing.push(() => third.bearer.close());
    const value = async (world: BearerWorld) => {
      const response = await world.post('/connect/client', { context: { key: 'u1' } });
      const body = (await response.json()) as {
        readonly flags?: { readonly pay: { readonly value: boolean } };
      };
      return body.flags?.pay.value;
    };
    await expect.poll(() => value(third), { timeout: 10_000 }).toBe(false);
    expect(third.bearer.status()).toMatchObject({ ready: true, source: 'fallback' });
    const snapshot = await first.publish(ruleset(flag('pay').on(), { version: 2 }));
    await expect.poll(() => value(third), { timeout: 2_000 }).toBe(true);
    expect(third.bearer.held().get(environmentId)?.hash).toBe(snapshot.hash);
    const known = () => reports.heartbeats().map(({ heartbeat }) => heartbeat.id);
    await expect.poll(() => known().sort(), { timeout: 10_000 }).toEqual(['first', 'second', 'third']);
    for (const { heartbeat } of reports.heartbeats())
      expect(heartbeatSchema.safeParse(heartbeat).success).toBe(true);
  }, 40_000);
});

describe('a bearer', () => {
  it('reports where it stands with every document', async () => {
    const reported: unknown[] = [];
    const sink = {
      report: async (heartbeat: unknown) => void reported.push(heartbeat),
      close: async () => {},
    };
    const world = await bearerWorld({ deps: { reports: { id: 'me', runtime: 'node', sink } } });
    const snapshot = await world.publish(ruleset(flag('pay')));
    await world.streamServer();
    await world.clock.advance(13_000);
    expect(reported.at(-1)).toMatchObject({
      id: 'me',
      source: 'store',
      streams: 1,
      documents: {
        keys: { position: expect.stringMatching(/^\d+-1-[0-9a-f]{64}$/), staleMs: expect.any(Number) },
        [environmentId]: { position: formatStoredPosition(snapshot), staleMs: expect.any(Number) },
      },
    });
    await world.bearer.close();
    const { length } = reported;
    await world.clock.advance(30_000);
    expect(reported.length).toBe(length);
  });

  it('keeps its kinds of keys apart (S-03): the token of bearers opens nothing else, and no SDK key opens its API', async () => {
    const world = await bearerWorld({ ruleset: ruleset(flag('pay')), deps: { bearerToken } });
    const auth = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
    for (const [method, path] of [
      ['POST', '/connect/client'],
      ['GET', '/connect/server'],
      ['POST', '/stream/client'],
      ['GET', '/stream/server'],
      ['POST', '/usage'],
      ['POST', '/ofrep/v1/evaluate/flags'],
      ['POST', '/ofrep/v1/evaluate/flags/pay'],
    ] as const)
      expect([path, (await world.request(path, { method, ...auth(bearerToken) })).status]).toEqual([
        path,
        401,
      ]);
    for (const key of [clientKey, serverKey, 'an-admin-token-of-the-manager-over-there'])
      for (const path of ['/api/bearer/v1/stream', '/api/bearer/v1/heartbeat', '/api/bearer/v1/else'])
        expect([key, path, (await world.request(path, auth(key))).status]).toEqual([key, path, 401]);
    const opened = await world.request('/api/bearer/v1/stream', auth(bearerToken));
    expect(opened.status).toBe(200);
    await world.bearer.close();
  });

  it('serves no bearers and takes no heartbeats without a token', async () => {
    const world = await bearerWorld({ ruleset: ruleset(flag('pay')) });
    const response = await world.request('/api/bearer/v1/heartbeat', {
      method: 'POST',
      body: JSON.stringify(heartbeatOf('a')),
    });
    expect(response.status).toBe(404);
    await world.bearer.close();
  });
});
