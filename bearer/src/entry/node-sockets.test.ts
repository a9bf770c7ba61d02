import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect, type Socket } from 'node:net';
import { flag, ruleset } from '@fauna-flags/core/testing';
import { getRequestListener } from '@hono/node-server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type BearerWorld, bearerWorld } from '../testing/bearer-world.ts';
import { clientKey, registered, registryOf } from '../testing/documents.ts';
import { FrameReader } from '../testing/frame-reader.ts';
import { nodeClock } from './node-clock.ts';
import { nodeHttpServer } from './node-http-server.ts';

/** The bearer behind real sockets and real time. */
let server: Server | undefined;

afterEach(() => {
  server?.close();
  server = undefined;
});

/** Both ways in which a stream is written on Node. */
const servers: Readonly<Record<string, (world: BearerWorld) => Server>> = {
  'behind the front door': ({ bearer }) => nodeHttpServer(bearer.app.fetch).server,
  "behind Node's own server": ({ bearer }) => {
    const listener = getRequestListener(bearer.app.fetch, { overrideGlobalObjects: false });
    return createServer((incoming, outgoing) => void listener(incoming, outgoing));
  },
};

async function listeningTo(listened: Server): Promise<number> {
  server = listened;
  await new Promise<void>((resolve) => listened.listen(0, '127.0.0.1', resolve));
  return (listened.address() as AddressInfo).port;
}

async function until(holds: () => boolean): Promise<void> {
  const endsAt = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > endsAt) throw new Error('Waited for 10 s in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function rawStream(port: number, context: unknown): Socket {
  const body = JSON.stringify({ context });
  const socket = connect(port, '127.0.0.1');
  socket.write(
    `POST /stream/client HTTP/1.1\r\nHost: x\r\nAuthorization: ${clientKey}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  return socket;
}

describe.each(Object.entries(servers))('a bearer on Node, %s', (_, serve) => {
  const listening = (world: BearerWorld) => listeningTo(serve(world));

  it('streams a change over a socket within a second', async () => {
    const world = await bearerWorld({ ruleset: ruleset(flag('pay').on()), deps: { clock: nodeClock } });
    const port = await listening(world);
    const response = await fetch(`http://127.0.0.1:${port}/stream/client`, {
      method: 'POST',
      headers: { authorization: `Bearer ${clientKey}` },
      body: '{"context":{"key":"u1"}}',
    });
    const reader = new FrameReader(response.body);
    expect(await reader.next()).toMatchObject({ event: 'put' });
    const begunAt = Date.now();
    await world.publish(ruleset(flag('pay'), { version: 2 }));
    expect(await reader.next()).toMatchObject({ event: 'patch', data: { flags: { pay: { value: false } } } });
    expect(Date.now() - begunAt).toBeLessThan(1_000);
    await reader.leave();
    await until(() => world.bearer.status().streams === 0);
    await world.bearer.close();
  });

  it('forgets every stream whose peer hangs up, however many come and go', async () => {
    const world = await bearerWorld({ ruleset: ruleset(flag('pay').on()), deps: { clock: nodeClock } });
    const port = await listening(world);
    for (let round = 0; round < 5; round += 1) {
      const sockets = Array.from({ length: 60 }, (_, place) => rawStream(port, { key: `u${place}` }));
      for (const socket of sockets) socket.on('error', () => {}).resume();
      await until(() => world.bearer.status().streams === 60);
      for (const [place, socket] of sockets.entries()) {
        if (place % 2 === 0) socket.destroy();
        else socket.resetAndDestroy();
      }
      await until(() => world.bearer.status().streams === 0);
    }
    expect(world.bearer.status().environments.map(({ streams }) => streams)).toEqual([0]);
    await world.bearer.close();
  });

  it('cuts peers that never read, and says nothing on the console', async () => {
    const complaints = vi.spyOn(console, 'error');
    const big = (version: number) =>
      ruleset(
        flag('text')
          .on()
          .variations({ a: `${version}`.repeat(40_000), b: 'b' }),
        { version },
      );
    const world = await bearerWorld({
      ruleset: big(1),
      deps: { clock: nodeClock, limits: { undrainedMsMax: 500 } },
    });
    const port = await listening(world);
    const sockets = Array.from({ length: 20 }, () =>
      rawStream(port, { key: 'u' })
        .pause()
        .on('error', () => {}),
    );
    await until(() => world.bearer.status().streams === 20);
    for (let version = 2; world.bearer.status().streams > 0; version += 1) {
      await world.publish(big(version));
      await new Promise((resolve) => setTimeout(resolve, 2));
      // Kernel buffers take some megabytes a socket before anybody is seen to be slow.
      expect(version).toBeLessThan(20_000);
    }
    for (const socket of sockets) socket.destroy();
    expect(complaints).not.toHaveBeenCalled();
    await world.bearer.close();
  }, 60_000);

  it('hangs up on a reader that takes nothing when its key is revoked', async () => {
    const big = (version: number) =>
      ruleset(
        flag('text')
          .on()
          .variations({ a: `${version % 10}`.repeat(60_000), b: 'b' }),
        { version },
      );
    const world = await bearerWorld({ ruleset: big(1), deps: { clock: nodeClock } });
    const port = await listening(world);
    const socket = rawStream(port, { key: 'u' })
      .pause()
      .on('error', () => {});
    await until(() => world.bearer.status().streams === 1);
    // More than the kernel takes for a reader that does not read.
    for (let version = 2; version < 200 && world.bearer.status().streams > 0; version += 1) {
      await world.publish(big(version));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await world.publishKeys(registryOf(registered(clientKey, { state: 'revoked' })));
    const connections = () =>
      new Promise<number>((resolve) => server?.getConnections((_, count) => resolve(count)));
    await expect.poll(connections, { timeout: 3_000 }).toBe(0);
    socket.destroy();
    await world.bearer.close();
  });

  it('takes a body that is cut off for the fault of its sender, and logs no error', async () => {
    const world = await bearerWorld({ ruleset: ruleset(flag('pay').on()), deps: { clock: nodeClock } });
    const port = await listening(world);
    for (const length of ['Content-Length: 50', 'Transfer-Encoding: chunked']) {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      socket.write(
        `POST /connect/client HTTP/1.1\r\nHost: x\r\nAuthorization: ${clientKey}\r\n${length}\r\n\r\n{"co`,
      );
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.destroy();
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(world.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    await world.bearer.close();
  });

  it('answers 413 to a chunked body that does not end, and lives', async () => {
    const world = await bearerWorld({ ruleset: ruleset(flag('pay').on()), deps: { clock: nodeClock } });
    const port = await listening(world);
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('error', () => {});
    socket.write(
      `POST /connect/client HTTP/1.1\r\nHost: x\r\nAuthorization: ${clientKey}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    for (let piece = 0; piece < 80; piece += 1) socket.write(`400\r\n${'x'.repeat(1024)}\r\n`);
    await until(() => answer.includes('too_large'));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
    const next = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect(next.status).toBe(200);
    await world.bearer.close();
  });

  it('says goodbye to open streams when it closes, and the server can then close', async () => {
    const world = await bearerWorld({ ruleset: ruleset(flag('pay').on()), deps: { clock: nodeClock } });
    const port = await listening(world);
    const response = await fetch(`http://127.0.0.1:${port}/stream/client`, {
      method: 'POST',
      headers: { authorization: clientKey },
    });
    const reader = new FrameReader(response.body);
    await reader.next();
    await world.bearer.close();
    expect(await reader.next()).toMatchObject({ event: 'goodbye', data: { delayMs: expect.any(Number) } });
    expect(await reader.next()).toBeUndefined();
    const refused = await world.post('/stream/client');
    expect(refused.status).toBe(503);
  });
});
