import { connect, type Socket } from 'node:net';
import { answerParent } from './remote.ts';

import { streamContext } from './stream-context.ts';
import { benchKey } from './stream-documents.ts';

/** What to open. */
export interface Opening {
  readonly port: number;
  readonly count: number;
  /** The first user's number: every stream has a user of its own. */
  readonly from: number;
  /** The position to resume by. */
  readonly since?: string;
  /** True for clients that never read. */
  readonly stalled?: boolean;
}

/** What came since `reset()`: how many of each event, and how long after a moment the frames of changes came. */
export interface Arrivals {
  readonly patches: number;
  readonly puts: number;
  readonly nones: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What the process of clients can be asked. */
export type ClientMethods = typeof methods;

/** Connections are opened so many at a time. */
const openingAtOnce = 128;
const attemptsMax = 100;

const sockets = new Set<Socket>();
const arrivedNs: bigint[] = [];
const counts = { patch: 0, put: 0, none: 0 };
let lastId = '';
let wake = () => {};

/** Opens streams over bare sockets and counts what comes: clients should cost as little as they can. */
export async function clientProcess(): Promise<void> {
  answerParent(methods);
}

const methods = {
  /** Opens streams and waits for the first frame of each; milliseconds that it took. */
  async open(opening: Opening) {
    const begunAt = performance.now();
    let next = 0;
    const opener = async () => {
      while (next < opening.count) {
        next += 1;
        await openPatiently(opening, opening.from + next - 1);
      }
    };
    await Promise.all(Array.from({ length: openingAtOnce }, opener));
    return performance.now() - begunAt;
  },
  reset() {
    arrivedNs.length = 0;
    Object.assign(counts, { patch: 0, put: 0, none: 0 });
  },
  /** Waits until so many frames of changes have come; false when they do not. */
  async patches({ count, withinMs }: { readonly count: number; readonly withinMs: number }) {
    const endsAt = performance.now() + withinMs;
    while (arrivedNs.length < count && performance.now() < endsAt) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, Math.min(100, withinMs));
      });
    }
    return arrivedNs.length >= count;
  },
  arrivals(sinceNs: string): Arrivals {
    const delays = arrivedNs.map((at) => Number(at - BigInt(sinceNs)) / 1e6).sort((a, b) => a - b);
    const at = (share: number) => delays[Math.max(0, Math.ceil(delays.length * share) - 1)] ?? Number.NaN;
    const { patch, put, none } = counts;
    return { patches: patch, puts: put, nones: none, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  },
  lastId: () => lastId,
  closeAll() {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  },
};

/** Comes again when it is told to: a server may take so many new streams a second and no more. */
async function openPatiently(opening: Opening, index: number): Promise<void> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    if ((await openOne(opening, index)) === 'open') return;
    await new Promise((resolve) => setTimeout(resolve, 200 + 800 * Math.random()));
  }
  throw new Error('a server has not taken a stream, however often it was asked');
}

function openOne({ port, since, stalled }: Opening, index: number): Promise<'open' | 'busy'> {
  const body = JSON.stringify({ context: streamContext(index) });
  // Several addresses, since one has no more than 28,000 ports.
  const socket = connect({
    port,
    host: '127.0.0.1',
    localAddress: `127.0.0.${1 + (index % 8)}`,
    noDelay: true,
  });
  sockets.add(socket);
  socket.write(
    `POST /stream/client HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${benchKey}\r\n` +
      `Content-Type: application/json\r\nAccept: text/event-stream\r\nUser-Agent: bench\r\n` +
      (since === undefined ? '' : `Last-Event-ID: ${since}\r\n`) +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  return new Promise((resolve, reject) => {
    let opened = false;
    socket.on('error', reject);
    socket.on('close', () => {
      sockets.delete(socket);
      if (!opened) reject(new Error('a stream was closed before its first frame'));
    });
    socket.on('data', (piece: Buffer) => {
      if (!opened) {
        opened = true;
        const text = piece.toString('latin1');
        if (text.startsWith('HTTP/1.1 503')) {
          socket.destroy();
          resolve('busy');
          return;
        }
        if (!text.startsWith('HTTP/1.1 200')) reject(new Error(text.slice(0, 80)));
        if (text.includes('event: put')) counts.put += 1;
        if (text.includes('event: none')) counts.none += 1;
        lastId = /id: (\S+)/.exec(text)?.[1] ?? lastId;
        if (stalled === true) socket.pause();
        resolve('open');
        return;
      }
      for (let at = piece.indexOf('event: '); at >= 0; at = piece.indexOf('event: ', at + 7))
        count(piece, at + 7);
    });
  });
}

function count(piece: Buffer, at: number): void {
  if (piece.subarray(at, at + 5).equals(patchWord)) {
    counts.patch += 1;
    arrivedNs.push(process.hrtime.bigint());
    wake();
  } else if (piece.subarray(at, at + 3).equals(putWord)) counts.put += 1;
}

const patchWord = Buffer.from('patch');
const putWord = Buffer.from('put');
