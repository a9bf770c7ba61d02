import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { flag, ruleset } from '@fauna-flags/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { type BearerWorld, bearerWorld } from '../testing/bearer-world.ts';
import { clientKey, serverKey } from '../testing/documents.ts';
import { nodeClock } from './node-clock.ts';
import { NodeFrontDoor, type NodeFrontDoorOptions } from './node-front-door.ts';
import { listen, type RunningServer } from './node-server.ts';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

async function listening(): Promise<{ readonly world: BearerWorld; readonly server: RunningServer }> {
  const world = await bearerWorld({ ruleset: ruleset(flag('pay').on()), deps: { clock: nodeClock } });
  const server = await listen({ host: '127.0.0.1', port: 0, fetch: world.bearer.app.fetch });
  endings.push(async () => {
    await world.bearer.close();
    await server.close(0);
  });
  return { world, server };
}

/** A front door without a server behind it. */
async function doorAlone(options: Partial<NodeFrontDoorOptions>): Promise<{ readonly port: number }> {
  const door = new NodeFrontDoor({
    fetch: () => new Response('never'),
    passOn: (socket) => socket.destroy(),
    ...options,
  });
  const server = createServer({ allowHalfOpen: true }, (socket) => door.receive(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(async () => {
    door.closeAll();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port };
}

/** A raw connection, and all that came over it. */
class Caller {
  readonly socket: Socket;
  text = '';
  ended = false;

  constructor({ port }: { readonly port: number }) {
    this.socket = connect(port, '127.0.0.1').setNoDelay();
    this.socket.on('data', (piece) => {
      this.text += piece.toString('latin1');
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.ended = true;
    });
    endings.push(async () => this.socket.destroy());
  }

  say(...lines: string[]): this {
    this.socket.write(lines.join('\r\n'));
    return this;
  }

  async hears(part: string | RegExp): Promise<string> {
    await expect.poll(() => this.text, { timeout: 5_000 }).toMatch(part);
    return this.text;
  }

  async end(): Promise<string> {
    await expect.poll(() => this.ended, { timeout: 5_000 }).toBe(true);
    return this.text;
  }
}

const body = '{"context":{"key":"u1"}}';
const postHead = [
  'POST /stream/client HTTP/1.1',
  'Host: x',
  `Authorization: Bearer ${clientKey}`,
  `Content-Length: ${body.length}`,
];
const headers = (answer: string) => answer.slice(0, answer.indexOf('\r\n\r\n')).toLowerCase();

describe('the front door', () => {
  it('answers a stream over the bare socket: no chunks, and the end of the connection is its end', async () => {
    const { world, server } = await listening();
    const caller = new Caller(server).say(...postHead, 'Origin: https://shop.test', '', body);
    const answer = await caller.hears('event: put');
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(headers(answer)).toContain('content-type: text/event-stream');
    expect(headers(answer)).toContain('access-control-allow-origin: https://shop.test');
    expect(headers(answer)).toContain('connection: close');
    expect(headers(answer)).toContain('date: ');
    expect(headers(answer)).not.toMatch(/transfer-encoding|content-length/);
    await world.publish(ruleset(flag('pay'), { version: 2 }));
    await caller.hears(/event: patch\ndata: .*"value":false/);
    caller.socket.end();
    await expect.poll(() => world.bearer.status().streams).toBe(0);
  });

  it('takes a body that comes in pieces', async () => {
    const { server } = await listening();
    const inPieces = new Caller(server).say(...postHead, '', '');
    for (const character of body) {
      await new Promise((resolve) => setImmediate(resolve));
      inPieces.socket.write(character);
    }
    expect(headers(await inPieces.hears('event: put'))).not.toContain('transfer-encoding');
  });

  it('answers server streams, also under a path with two slashes', async () => {
    const { server } = await listening();
    for (const path of ['/stream/server', '//stream/server']) {
      const caller = new Caller(server).say(
        `GET ${path} HTTP/1.1`,
        'Host: x',
        `X-API-Key: ${serverKey}`,
        '',
        '',
      );
      expect(headers(await caller.hears('event: put'))).toContain('connection: close');
    }
  });

  it('refuses as everywhere, with a length, and closes', async () => {
    const { server } = await listening();
    const wrong: readonly [number, string, string[]][] = [
      [401, 'unauthorized', ['GET /stream/server HTTP/1.1', 'Host: x', '', '']],
      [403, 'forbidden', ['GET /stream/server HTTP/1.1', 'Host: x', `X-API-Key: ${clientKey}`, '', '']],
      [401, 'unauthorized', ['GET /stream/client?h=nonsense HTTP/1.1', 'Host: x', '', '']],
      [400, 'invalid', [...postHead.slice(0, 3), 'Content-Length: 1', '', '[']],
    ];
    for (const [status, code, lines] of wrong) {
      const answer = await new Caller(server).say(...lines).end();
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      const said = answer.slice(answer.indexOf('\r\n\r\n') + 4);
      expect(headers(answer)).toContain(`content-length: ${said.length}`);
      expect(JSON.parse(said)).toMatchObject({ status, code });
    }
  });

  it('passes everything else on with all of its bytes: other routes, odd heads, requests in a row', async () => {
    const { server } = await listening();
    const health = ['GET /healthz HTTP/1.1', 'Host: x', '', ''];
    const inARow = new Caller(server).say(...health).say(...health.slice(0, 2), 'Connection: close', '', '');
    expect((await inARow.end()).match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    const keptAlive = new Caller(server).say(...health);
    await keptAlive.hears('"ok"');
    keptAlive.say(...postHead, '', body);
    expect(headers((await keptAlive.hears('event: put')).split('"ok"}')[1] ?? '')).toContain('chunked');
    const pipelined = new Caller(server).say(...postHead, '', `${body}${health.join('\r\n')}`);
    expect(headers(await pipelined.hears('event: put'))).toContain('chunked');
  });

  it('smuggles nothing: what has two readings is refused by the complete parser', async () => {
    const { server } = await listening();
    const inner = `GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`;
    for (const lines of [
      [...postHead, 'Transfer-Encoding: chunked'],
      [...postHead, `Content-Length: ${inner.length}`],
      [...postHead, 'X-A: b\nTransfer-Encoding: chunked'],
      [...postHead, 'X-A: b\u0000c'],
      [...postHead, 'Content-Length : 0'],
    ]) {
      const answer = await new Caller(server).say(...lines, '', `0\r\n\r\n${inner}`).end();
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).not.toContain('"ok"');
    }
  });

  it('cuts a stream whose peer keeps talking', async () => {
    const { world, server } = await listening();
    const caller = new Caller(server).say(...postHead, '', body);
    await caller.hears('event: put');
    for (let sent = 0; sent < 256; sent += 1) caller.socket.write('x'.repeat(1_024));
    await caller.end();
    await expect.poll(() => world.bearer.status().streams).toBe(0);
  });

  it('passes a head in two pieces on, and takes nothing off what was read', async () => {
    let read = '';
    const passOn = (socket: Socket) =>
      void socket.on('data', (piece) => {
        read += piece.toString();
      });
    const { port } = await doorAlone({ passOn });
    const lines = [...postHead.slice(0, 2), ''];
    const halfHead = new Caller({ port }).say(...lines);
    await expect.poll(() => read).toBe(lines.join('\r\n'));
    halfHead.say(...postHead.slice(2), '', body);
    await expect.poll(() => read).toBe([...postHead, '', body].join('\r\n'));
  });

  it('closes connections that say nothing, and says to half a request that it is late', async () => {
    const { port } = await doorAlone({ limits: { firstBytesMs: 50, bodyMs: 1_000, checkEveryMs: 10 } });
    const silent = new Caller({ port });
    const halfBody = new Caller({ port }).say(...postHead, '', '{"con');
    expect(await silent.end()).toBe('');
    expect(halfBody.ended).toBe(false);
    const answer = await halfBody.end();
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: 408, code: 'invalid' });
  });

  it('waits no longer than Node does for the rest of a head', async () => {
    const { server } = await listening();
    const halfHead = new Caller(server).say('POST /stream/client HTTP/1.1', 'Host: x', 'X-A: ');
    await expect.poll(() => halfHead.ended, { timeout: 9_000 }).toBe(true);
    expect(halfHead.text).toMatch(/^HTTP\/1\.1 408 /);
  }, 15_000);
});
