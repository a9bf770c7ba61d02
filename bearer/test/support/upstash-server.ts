import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import type { RedisServer } from './redis-server.ts';

/*
 * The REST API of Upstash over a real redis-server, as documented at upstash.com/docs/redis/features/restapi:
 *
 *   POST /                     ["GET","key"] → {"result": …}; {"error": "ERR …"} with 400
 *   GET or POST /get/key       the same as a path; a body is the last argument
 *   POST /pipeline             [["GET","a"],["GET","b"]] → [{"result": …}, {"error": …}]
 *   POST /multi-exec           the same in one transaction
 *   POST /subscribe/channel    with Accept: text/event-stream: `data: subscribe,channel,1`, `data: message,channel,payload`
 *
 * With `Upstash-Encoding: base64`, texts in answers are base64, but for the status OK. 401 for a token that is not known.
 */

type Command = readonly (string | number)[];

/** A stand-in for Upstash: everything but the HTTP is a real Redis. */
export class UpstashServer {
  readonly token = randomBytes(24).toString('base64url');
  /** Whether a blank line follows each line of a stream: clients must take either. */
  hasBlankLines = true;
  /** Open streams go on, and nothing is written to them any more, as behind a proxy that has lost the other side. */
  isMute = false;
  /** Commands that were run, oldest first; without arguments, which hold what nobody wants to read. */
  readonly ran: string[] = [];
  readonly #redis: RedisServer;
  readonly #connections = new Map<string, Redis>();
  readonly #streams = new Map<ServerResponse, Redis>();
  #server: Server | undefined;
  #port = 0;

  private constructor(redis: RedisServer) {
    this.#redis = redis;
    this.#connect(this.token, redis.url);
  }

  static async start(redis: RedisServer): Promise<UpstashServer> {
    const server = new UpstashServer(redis);
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** On the same port again after `stop`. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Refuses connections from now on, and cuts those that are open. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  cutStreams(): void {
    for (const response of [...this.#streams.keys()]) response.destroy();
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** A token of a user of Redis, as `ACL RESTTOKEN` gives one. */
  tokenOf(username: string, password: string): string {
    const token = randomBytes(24).toString('base64url');
    this.#connect(token, `redis://${username}:${password}@127.0.0.1:${this.#redis.port}`);
    return token;
  }

  async dispose(): Promise<void> {
    await this.stop();
    for (const redis of this.#connections.values()) redis.disconnect();
  }

  #connect(token: string, url: string): void {
    // The older protocol answers a hash as a list, as the REST API does.
    const redis = new Redis(url, { disableClientInfo: true, enableReadyCheck: false, protocol: 2 });
    redis.on('error', () => {}); // Whoever asks hears of it.
    this.#connections.set(token, redis);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const token =
      url.searchParams.get('_token') ?? /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const redis = this.#connections.get(token ?? '');
    const body = await textOf(request).catch(() => undefined);
    if (body === undefined) return; // Cut off by its sender.
    if (redis === undefined) return send(response, 401, { error: 'Unauthorized' });
    const path = url.pathname.split('/').slice(1).map(decodeURIComponent);
    const encode = request.headers['upstash-encoding'] === 'base64';
    try {
      const [first = ''] = path;
      if (first === 'subscribe') return await this.#subscribe({ redis, channel: path[1] ?? '', response });
      if (first === 'pipeline') {
        const results = await Promise.all(
          (parse(body) as Command[]).map((command) => this.#run(redis, command)),
        );
        return send(
          response,
          200,
          results.map((result) => wrapped(result, encode)),
        );
      }
      if (first === 'multi-exec')
        return send(response, 200, await this.#transaction(redis, parse(body) as Command[], encode));
      const command = first === '' ? (parse(body) as Command) : [...path, ...(body === '' ? [] : [body])];
      const result = await this.#run(redis, command);
      send(response, result instanceof Error ? 400 : 200, wrapped(result, encode));
    } catch (error) {
      send(response, 400, { error: error instanceof Error ? error.message : 'ERR' });
    }
  }

  /** An error of Redis is an answer. */
  async #run(redis: Redis, given: Command): Promise<unknown> {
    const [name, ...args] = given.map(String);
    if (name === undefined) return new Error('ERR empty command');
    // In capitals, the driver leaves answers as they are; it makes an object of what "hgetall" is answered with.
    const command = name.toUpperCase();
    this.ran.push(command);
    return redis.callBuffer(command, ...args).catch((error: Error) => error);
  }

  async #transaction(redis: Redis, commands: readonly Command[], encode: boolean): Promise<unknown> {
    // Over a connection of its own: between MULTI and EXEC nobody else may speak.
    const own = redis.duplicate();
    try {
      await own.call('MULTI');
      for (const command of commands) await this.#run(own, command);
      const results = await own.callBuffer('EXEC').catch((error: Error) => error);
      return Array.isArray(results)
        ? results.map((result) => wrapped(result, encode))
        : wrapped(results, encode);
    } finally {
      own.disconnect();
    }
  }

  async #subscribe({
    redis,
    channel,
    response,
  }: {
    readonly redis: Redis;
    readonly channel: string;
    readonly response: ServerResponse;
  }): Promise<void> {
    const own = redis.duplicate();
    own.on('error', () => {});
    const end = this.hasBlankLines ? '\n\n' : '\n';
    // A message may be here before the acknowledgement has come out of its promise.
    const early: string[] = [];
    let say = (line: string): unknown => early.push(line);
    own.on('message', (from, message) => {
      if (!this.isMute) say(`data: message,${from},${message}${end}`);
    });
    response.on('close', () => {
      this.#streams.delete(response);
      own.disconnect();
    });
    try {
      const count = await own.subscribe(channel);
      this.#streams.set(response, own);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      say = (line) => response.write(line);
      say(`data: subscribe,${channel},${count}${end}`);
      for (const line of early) say(line);
    } catch (error) {
      send(response, 400, { error: error instanceof Error ? error.message : 'ERR' });
    }
  }
}

function wrapped(result: unknown, encode: boolean): object {
  if (result instanceof Error) return { error: result.message };
  return { result: jsonOf(result, encode) };
}

function jsonOf(result: unknown, encode: boolean): unknown {
  if (Array.isArray(result)) return result.map((item) => jsonOf(item, encode));
  if (!Buffer.isBuffer(result)) return result;
  const text = result.toString();
  return encode && text !== 'OK' ? result.toString('base64') : text;
}

function parse(body: string): unknown {
  const command: unknown = JSON.parse(body);
  if (!Array.isArray(command)) throw new Error('ERR the body is not a command');
  return command;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(text);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
