import { keyRegistryDocument, type Snapshot } from '@fauna-flags/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryShelf } from '../documents/memory-shelf.ts';
import { nodeClock } from '../entry/node-clock.ts';
import { keySourceContract } from '../keys/key-source.contract.ts';
import { keysAmong } from '../keys/keys-among.ts';
import { rulesetSourceContract } from '../rulesets/ruleset-source.contract.ts';
import { snapshotOf } from '../testing/documents.ts';
import { MemoryLog } from '../testing/memory-log.ts';
import { bearerToken, shelfLibrary, UpstreamServer } from '../testing/node-upstream-world.ts';
import { UpstreamSource, type UpstreamSourceOptions } from './upstream-source.ts';

const servers: UpstreamServer[] = [];
const sources: UpstreamSource[] = [];
afterEach(async () => {
  for (const source of sources.splice(0)) await source.close();
  for (const server of servers.splice(0)) await server.stop();
});

async function startServer(): Promise<UpstreamServer> {
  const server = new UpstreamServer();
  servers.push(server);
  await server.start();
  return server;
}

function openSource(urls: readonly string[], options: Partial<UpstreamSourceOptions> = {}): UpstreamSource {
  const source = new UpstreamSource({
    urls,
    token: bearerToken,
    fetch,
    clock: nodeClock,
    random: () => 0.2,
    log: new MemoryLog(),
    ...options,
  });
  sources.push(source);
  return source;
}

/** What is put has been put once it has arrived: the suite then reads at once. */
async function fixture() {
  const server = await startServer();
  const source = openSource([server.url]);
  await expect.poll(() => source.isLive()).toBe(true);
  let closed = false;
  return {
    source: Object.assign(Object.create(source) as UpstreamSource, {
      read: (id: string) => source.read(id),
      position: (id: string) => source.position(id),
      watch: (id: string, onHint: () => void) => source.watch(id, onHint),
      async close() {
        closed = true;
        await source.close();
      },
    }),
    async put(documentId: string, snapshot: Snapshot) {
      server.shelf.put(documentId, snapshot);
      if (closed) return;
      await expect.poll(async () => (await source.position(documentId))?.version).toBe(snapshot.version);
    },
  };
}

rulesetSourceContract('UpstreamSource', fixture);

keySourceContract('UpstreamSource', async () => {
  const { source, put } = await fixture();
  return {
    source: keysAmong(source),
    put: (snapshot) => put(keyRegistryDocument, snapshot),
    putOther: (snapshot) => put('environment-a', snapshot),
  };
});

describe('UpstreamSource', () => {
  it('becomes live with all that was there before, and hints every watch', async () => {
    const server = await startServer();
    server.shelf.put('a', snapshotOf({ a: 1 }));
    server.shelf.put('b', snapshotOf({ b: 1 }));
    const source = openSource([server.url]);
    const hints: string[] = [];
    source.watch('a', () => hints.push('a'));
    source.watch('c', () => hints.push('c'));
    expect((await source.read('a'))?.version).toBe(1);
    expect((await source.read('b'))?.version).toBe(1);
    expect(await source.read('c')).toBeUndefined();
    expect(hints).toEqual(['a', 'c']);
  });

  it('hints at a change within moments', async () => {
    const server = await startServer();
    const source = openSource([server.url]);
    await source.read('a');
    const hinted = new Promise<void>((resolve) => source.watch('a', resolve));
    server.shelf.put('a', snapshotOf({ a: 2 }, { version: 2 }));
    await hinted;
    expect((await source.read('a'))?.version).toBe(2);
  });

  it('rejects reads while there is no link, and answers again once there is one', async () => {
    const server = await startServer();
    server.shelf.put('a', snapshotOf({ a: 1 }));
    const log = new MemoryLog();
    const source = openSource([server.url], { log });
    await source.read('a');
    await server.stop();
    await expect.poll(() => source.isLive()).toBe(false);
    await expect(source.read('a')).rejects.toThrow('there is no link');
    await expect(source.position('a')).rejects.toThrow('there is no link');
    server.shelf.put('a', snapshotOf({ a: 2 }, { version: 2 }));
    await server.start();
    await expect.poll(() => source.isLive(), { timeout: 10_000 }).toBe(true);
    expect((await source.read('a'))?.version).toBe(2);
    expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
    expect(JSON.stringify(log.lines)).not.toContain(bearerToken);
  });

  it('goes to the next address when one cannot be reached, refuses, or is silent', async () => {
    const server = await startServer();
    server.shelf.put('a', snapshotOf({ a: 1 }));
    const silent = await silentServer();
    const source = openSource(['http://127.0.0.1:1', `${server.url}/nowhere`, silent.url, server.url]);
    await expect.poll(() => source.isLive(), { timeout: 10_000 }).toBe(true);
    expect((await source.read('a'))?.version).toBe(1);
    await silent.close();
  });

  it('is sent nothing that its reader holds, and answers with it all the same', async () => {
    const server = await startServer();
    const held = snapshotOf({ a: 1 });
    server.shelf.put('a', held);
    server.shelf.put('b', snapshotOf({ b: 2 }, { version: 2 }));
    let received = 0;
    const source = openSource([server.url], {
      held: () =>
        new Map([
          ['a', held],
          ['b', snapshotOf({ b: 1 })],
        ]),
      fetch: async (...request) => {
        const response = await fetch(...request);
        const counted = response.body?.pipeThrough(
          new TransformStream<Uint8Array, Uint8Array>({
            transform(bytes, controller) {
              received += new TextDecoder().decode(bytes).split('event: snapshot').length - 1;
              controller.enqueue(bytes);
            },
          }),
        );
        return new Response(counted, response);
      },
    });
    expect(await source.read('a')).toBe(held);
    expect((await source.read('b'))?.version).toBe(2);
    expect(received).toBe(1);
  });

  it('says what is wrong when its token is refused, and shows no token', async () => {
    const server = await startServer();
    const log = new MemoryLog();
    const source = openSource([server.url], { token: 'another-token-than-the-one-over-there', log });
    await expect(source.read('a')).rejects.toThrow('there is no link');
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]?.fields.reason).toContain('FAUNA_BEARER_TOKEN must be the same there and here');
    expect(JSON.stringify(log.lines)).not.toContain('another-token');
  });

  it('leaves a server whose events cannot be read, and quotes nothing of them', async () => {
    const server = await startServer();
    const log = new MemoryLog();
    const good = snapshotOf({ a: 1 });
    server.shelf.put('a', good);
    const broken = [
      'event: snapshot\ndata: {"SECRET-RULE\n\n',
      'event: snapshot\ndata: {"payload":"SECRET"}\n\n',
    ];
    const source = openSource(['http://broken', server.url], {
      log,
      fetch: async (url, init) => {
        const next = String(url).startsWith('http://broken') ? broken.pop() : undefined;
        if (next === undefined) return fetch(String(url).replace('http://broken', server.url), init);
        return new Response(next, { headers: { 'content-type': 'text/event-stream' } });
      },
    });
    await expect.poll(() => source.isLive(), { timeout: 10_000 }).toBe(true);
    expect((await source.read('a'))?.hash).toBe(good.hash);
    expect(log.lines[0]?.fields.reason).toBe('an event "snapshot" came that cannot be read');
    expect(JSON.stringify(log.lines)).not.toContain('SECRET');
  });

  it('gives what its reader lacks, and confirms nothing, while the bearer that it reads from is cut off', async () => {
    let staleMs: number | null = null;
    const shelf = new MemoryShelf();
    const server = new UpstreamServer({ ...shelfLibrary(shelf), staleMs: () => staleMs });
    servers.push(server);
    await server.start();
    shelf.put('a', snapshotOf({ a: 1 }));
    const held = new Map<string, Snapshot>();
    const source = openSource([server.url], { held: () => held });
    const hints: string[] = [];
    source.watch('a', () => hints.push('a'));
    const snapshot = await source.read('a');
    expect(snapshot?.version).toBe(1);
    if (snapshot !== undefined) held.set('a', snapshot);
    expect([source.isLive(), source.isCurrent()]).toEqual([true, false]);
    await expect(source.read('a')).rejects.toThrow('cut off itself');
    await expect(source.position('a')).rejects.toThrow('cut off itself');
    shelf.put('a', snapshotOf({ a: 2 }, { version: 2 }));
    await expect.poll(async () => (await source.read('a').catch(() => undefined))?.version).toBe(2);
    const before = hints.length;
    staleMs = 9_000;
    await expect.poll(() => source.isCurrent(), { timeout: 8_000 }).toBe(true);
    expect(hints.length).toBeGreaterThan(before);
    expect((await source.position('a'))?.version).toBe(2);
  });

  it('leaves a server that says goodbye, and comes back to it', async () => {
    const [first, second] = [await startServer(), await startServer()];
    first.shelf.put('a', snapshotOf({ a: 1 }));
    second.shelf.put('a', snapshotOf({ a: 2 }, { version: 2 }));
    const source = openSource([first.url, second.url]);
    expect((await source.read('a'))?.version).toBe(1);
    first.api.close();
    await expect
      .poll(async () => (await source.read('a').catch(() => undefined))?.version, { timeout: 10_000 })
      .toBe(2);
    expect(first.api.streams).toBe(0);
  });
});

async function silentServer() {
  const { createServer } = await import('node:net');
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => sockets.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
