import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { flag, ruleset } from '@fauna-flags/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { createServerClient } from './server-client.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A small bearer over real sockets that sends a whole ruleset in chunks of seven bytes. */
class SmallBearer {
  port = 0;
  version = 1;
  readonly resumedFrom: unknown[] = [];
  #server: Server | undefined;
  readonly #streams = new Set<ServerResponse>();

  get position(): string {
    return `1-${this.version}-aaaaaaa${this.version}`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      this.resumedFrom.push(request.headers['last-event-id']);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      this.#streams.add(response);
      const isOn = this.version > 1;
      const whole = ruleset(isOn ? flag('a').on() : flag('a'), { version: this.version });
      const data = JSON.stringify({ position: this.position, ...whole });
      const frame = Buffer.from(`event: put\r\ndata: ${data}\r\n\r\n`);
      for (let start = 0; start < frame.length; start += 7) response.write(frame.subarray(start, start + 7));
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
    await new Promise((resolve) => {
      this.#server?.close(resolve);
      this.#server?.closeAllConnections();
    });
  }
}

describe('createServerClient() over HTTP', () => {
  it('lives through a restart of its server and has the ruleset of now', async () => {
    const bearer = new SmallBearer();
    await bearer.start();
    closers.push(() => bearer.stop());
    const client = createServerClient({ url: `http://127.0.0.1:${bearer.port}`, key: 'k' });
    closers.push(() => client.close());
    await client.ready();
    expect([client.get('a', { key: 'u1' }, true), client.status.state]).toEqual([false, 'live']);
    const changed = new Promise((resolve) => client.on('change', resolve));
    await bearer.stop();
    bearer.version = 2;
    await bearer.start();
    expect(await changed).toEqual({ changed: ['a'] });
    expect([client.get('a', { key: 'u1' }, false), bearer.resumedFrom]).toEqual([
      true,
      [undefined, '1-1-aaaaaaa1'],
    ]);
  });
});
