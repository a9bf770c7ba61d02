import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Problem } from '@fauna-flags/protocol';
import { type Answer, toResponse } from '../answer.ts';
import { answerProblem } from '../middleware/respond.ts';
import type { RequestEnv } from '../request-env.ts';
import { plainRequest } from './node-plain-request.ts';
import { NodeSocketSink } from './node-socket-sink.ts';
import { readStreamHead, type StreamHead } from './node-stream-head.ts';

/** Answers one request. */
export type Fetch = (request: Request, env: RequestEnv) => Response | Promise<Response>;

/** How long a connection may be silent at first, how long a body may take, and how often both are looked at. */
export interface ArrivalLimits {
  readonly firstBytesMs: number;
  readonly bodyMs: number;
  readonly checkEveryMs: number;
}

/** The same as Node's server is told. */
const arrivalLimits: ArrivalLimits = { firstBytesMs: 5_000, bodyMs: 15_000, checkEveryMs: 1_000 };

/** A connection whose request has not arrived. */
interface Arrival {
  readonly since: number;
  readonly pieces: Buffer[];
  bytes: number;
  head: StreamHead | undefined;
}

/** What the front door needs. */
export interface NodeFrontDoorOptions {
  readonly fetch: Fetch;
  /** Gives a connection to Node's own HTTP server as if nothing of it had been read. */
  readonly passOn: (socket: Socket) => void;
  readonly limits?: ArrivalLimits;
}

/**
 * Stands in front of Node's HTTP server. The first bytes of each connection are looked at: a plain request for a stream is
 * answered here, by the same application, over the bare socket, which is what makes ten thousand streams cheap: Node's
 * server keeps a parser, a request and a response for each. Every other connection is passed on with all of its bytes.
 *
 * A connection answered here ends with its answer (`Connection: close`), so a stream needs no chunks, and requests that a
 * client sends behind the first are never looked at twice by different parsers.
 */
export class NodeFrontDoor {
  readonly #fetch: Fetch;
  readonly #passOn: (socket: Socket) => void;
  readonly #limits: ArrivalLimits;
  readonly #open = new Set<Socket>();
  readonly #arriving = new Map<Socket, Arrival>();
  #check: NodeJS.Timeout | undefined;
  /** One function for all sockets: ten thousand of them should not bring as many closures. */
  readonly #onData: (this: Socket, piece: Buffer) => void;
  readonly #onClose: (this: Socket) => void;

  constructor({ fetch, passOn, limits = arrivalLimits }: NodeFrontDoorOptions) {
    this.#fetch = fetch;
    this.#limits = limits;
    this.#passOn = passOn;
    const read = (socket: Socket, piece: Buffer) => this.#read(socket, piece);
    const forget = (socket: Socket) => this.#forget(socket);
    this.#onData = function onData(piece) {
      read(this, piece);
    };
    this.#onClose = function onClose() {
      forget(this);
    };
  }

  /** Takes a new connection. */
  receive(socket: Socket): void {
    this.#open.add(socket);
    this.#arriving.set(socket, { since: performance.now(), pieces: [], bytes: 0, head: undefined });
    socket.on('close', this.#onClose);
    socket.on('error', ignore);
    socket.on('end', leave);
    socket.on('data', this.#onData);
    this.#check ??= setInterval(() => this.#cutLateSoon(), this.#limits.checkEveryMs).unref();
  }

  /** Ends connections that have not asked for anything: browsers connect ahead of what they may ask for. */
  closeIdle(): void {
    for (const socket of this.#open) if (socket.bytesRead === 0) socket.destroy();
  }

  /** Ends every connection, whoever answers it. */
  closeAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #forget(socket: Socket): void {
    this.#open.delete(socket);
    this.#arriving.delete(socket);
    this.#restWhenIdle();
  }

  #restWhenIdle(): void {
    if (this.#arriving.size > 0) return;
    clearInterval(this.#check);
    this.#check = undefined;
  }

  #read(socket: Socket, piece: Buffer): void {
    const arrival = this.#arriving.get(socket);
    if (arrival === undefined) return;
    arrival.pieces.push(piece);
    arrival.bytes += piece.length;
    arrival.head ??= readStreamHead(piece);
    const { head, bytes } = arrival;
    const end = head === undefined ? 0 : head.bodyAt + head.bodyBytes;
    // What comes behind a request was sent without waiting for the answer: Node's server knows what to do with it.
    if (head === undefined || bytes > end) this.#giveAway(socket, arrival);
    else if (bytes === end) void this.#answer(socket, arrival, head);
  }

  #settle(socket: Socket): void {
    this.#arriving.delete(socket);
    this.#restWhenIdle();
    socket.off('data', this.#onData);
    socket.off('end', leave);
    socket.pause();
  }

  #giveAway(socket: Socket, { pieces }: Arrival): void {
    this.#settle(socket);
    socket.off('error', ignore);
    socket.unshift(Buffer.concat(pieces));
    this.#passOn(socket);
    socket.resume();
  }

  async #answer(socket: Socket, arrival: Arrival, head: StreamHead): Promise<void> {
    const bytes = arrival.pieces.length === 1 ? arrival.pieces[0] : Buffer.concat(arrival.pieces);
    const request = plainRequest({ ...head, body: bytes?.subarray(head.bodyAt) });
    if (request === undefined) {
      this.#giveAway(socket, arrival);
      return;
    }
    this.#settle(socket);
    let sink: NodeSocketSink | undefined;
    let answer: Answer | undefined;
    const env: RequestEnv = {
      clientAddress: socket.remoteAddress,
      hangUp: () => socket.resetAndDestroy(),
      takeConnection(listener) {
        sink = new NodeSocketSink(socket, listener);
        return sink;
      },
      send(whole) {
        answer = whole;
        return answeredAlready;
      },
    };
    try {
      const response = await this.#fetch(request, env);
      const { status, headers } = answer ?? response;
      if (sink !== undefined) sink.begin(writeHead(status, headers));
      else await writeWhole(socket, answer === undefined ? response : toResponse(answer));
    } catch {
      // The application answers every problem itself, so this is a connection that broke, or a bug that it has logged.
      socket.destroy();
    }
  }

  /** What has come while the process was busy is read before anybody is called late for it. */
  #cutLateSoon(): void {
    const now = performance.now();
    setImmediate(() => this.#cutLate(now));
  }

  #cutLate(now: number): void {
    for (const [socket, { since, head, bytes }] of this.#arriving) {
      if (head === undefined && bytes === 0) {
        if (now - since >= this.#limits.firstBytesMs) socket.destroy();
      } else if (now - since >= this.#limits.bodyMs) {
        this.#settle(socket);
        void writeWhole(socket, tooSlow());
      }
    }
  }
}

/** Stands for an answer that was handed over as it is. */
const answeredAlready = new Response(null);

/** The head of an answer whose end is the end of the connection. */
function writeHead(
  status: number,
  headers: Headers | Readonly<Record<string, string>>,
  contentLength?: number,
): Buffer {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (const [name, value] of headers instanceof Headers ? headers : Object.entries(headers))
    head += `${name}: ${value}\r\n`;
  if (contentLength !== undefined) head += `content-length: ${contentLength}\r\n`;
  return Buffer.from(`${head}date: ${new Date().toUTCString()}\r\nconnection: close\r\n\r\n`, 'latin1');
}

async function writeWhole(socket: Socket, response: Response): Promise<void> {
  socket.resume();
  if (response.status === 200 && response.body !== null) {
    // An application that does not take connections may stream nevertheless.
    socket.write(writeHead(response.status, response.headers));
    await pipeline(Readable.fromWeb(response.body as never), socket);
    return;
  }
  const body = Buffer.from(await response.arrayBuffer());
  socket.write(Buffer.concat([writeHead(response.status, response.headers, body.length), body]));
  socket.destroySoon();
}

function tooSlow(): Response {
  const problem = new Problem('invalid', 'Cannot read the request: it did not arrive in time');
  const body = JSON.stringify({ ...problem.toBody(), status: 408 });
  return new Response(body, {
    status: 408,
    headers: answerProblem(problem, { style: 'problem', headers: {} }).headers,
  });
}

function leave(this: Socket): void {
  this.destroy();
}

/** A connection that breaks is nobody's mistake; `close` follows. */
function ignore(): void {}
