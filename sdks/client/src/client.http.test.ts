import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createClient } from './client.ts';

const on = { value: true, variation: 'on', reason: 'RULE' };
const off = { value: false, variation: 'off', reason: 'OFF' };

/** A small bearer over real sockets: one flag `a`, whose value tests set. */
class SmallBearer {
  isOn = false;
  version = 1;
  readonly streams = new Set<ServerResponse>();
  readonly resumedFrom: (string | undefined)[] = [];
  #server: Server | undefined;
  port = 0;

  get position(): string {
    return `1-${this.version}-aaaaaaa${this.version}`;
  }

  get flags(): unknown {
    return { a: this.isOn ? on : off };
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const stream of this.streams) stream.destroy();
    this.streams.clear();
    await new Promise((resolve) => {
      this.#server?.close(resolve);
      this.#server?.closeAllConnections();
    });
  }

  set(isOn: boolean): void {
    this.isOn = isOn;
    this.version += 1;
    for (const stream of this.streams) this.#send(stream, 'patch', { flags: this.flags, removed: [] });
  }

  #send(response: ServerResponse, type: string, data: object): void {
    const { position } = this;
    response.write(`id: ${position}\nevent: ${type}\ndata: ${JSON.stringify({ position, ...data })}\n\n`);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'POST' || request.url !== '/stream/client') {
      response.writeHead(404).end();
      return;
    }
    if (request.headers.authorization !== 'Bearer good') {
      response.writeHead(401).end();
      return;
    }
    const since = request.headers['last-event-id'];
    this.resumedFrom.push(typeof since === 'string' ? since : undefined);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
    if (since === this.position) this.#send(response, 'none', {});
    else this.#send(response, 'put', { flags: this.flags });
  }
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function startBearer(): Promise<SmallBearer> {
  const bearer = new SmallBearer();
  await bearer.start();
  closers.push(() => bearer.stop());
  return bearer;
}

function connect(bearer: SmallBearer, key = 'good') {
  const client = createClient({ url: `http://127.0.0.1:${bearer.port}`, key, initTimeoutMs: 1_500 });
  closers.push(() => client.close());
  return client;
}

const changeOf = (client: ReturnType<typeof connect>) =>
  new Promise<readonly string[]>((resolve) => {
    const stop = client.on('change', ({ changed }) => {
      stop();
      resolve(changed);
    });
  });

describe('createClient() over HTTP', () => {
  it('connects, hears of a change and closes its connection', async () => {
    const bearer = await startBearer();
    const client = connect(bearer);
    await client.ready();
    expect([client.get('a', true), client.status.state]).toEqual([false, 'live']);
    const change = changeOf(client);
    bearer.set(true);
    expect([await change, client.get('a', false)]).toEqual([['a'], true]);
    const [stream] = bearer.streams;
    const closed = new Promise((resolve) => stream?.on('close', resolve));
    client.close();
    await closed;
  });

  it('has the value of now after the server was restarted and changed meanwhile', async () => {
    const bearer = await startBearer();
    const client = connect(bearer);
    await client.ready();
    await bearer.stop();
    bearer.set(true);
    const change = changeOf(client);
    await bearer.start();
    await change;
    expect([client.get('a', false), bearer.resumedFrom]).toEqual([true, [undefined, '1-1-aaaaaaa1']]);
  });

  it('is ready in its time when nobody listens, and connects when somebody does', async () => {
    const bearer = await startBearer();
    await bearer.stop();
    const client = connect(bearer);
    await client.ready();
    expect(client.status).toMatchObject({ state: 'offline', error: { code: 'network' } });
    const change = changeOf(client);
    await bearer.start();
    await change;
    expect(client.status.state).toBe('live');
  });

  it('shows a refused key', async () => {
    const client = connect(await startBearer(), 'bad');
    await new Promise((resolve) => client.on('error', resolve));
    expect(client.status).toMatchObject({ state: 'offline', error: { code: 'refused', status: 401 } });
  });
});
