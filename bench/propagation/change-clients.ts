import { connect, type Socket } from 'node:net';

/** What the process of the clients is told to do. */
export type ClientsOrder =
  | { readonly open: { readonly name: string; readonly port: number; readonly heads: readonly string[] } }
  | { readonly arrivals: string }
  | { readonly close: string };

/** When the streams of one group had the change, in nanoseconds of `process.hrtime.bigint()`, as texts, in order. */
export interface Arrivals {
  readonly ns: readonly string[];
  /** The first frame as it came, for whoever wants to send the same bytes. */
  readonly frame: string;
}

/** What tells a change from the heartbeats and first states that may come beside it. */
export const changeMark = 'event: patch';
const arrivalPatienceMs = 30_000;
/** Below what a bearer accepts in a second; so many are opened at once. */
const opensPerSecond = 1_500;
const waveSize = 100;
/** A process may only have so many ports towards one address, and a bearer takes so many streams from one. */
const addresses = 8;

interface Group {
  readonly sockets: readonly Socket[];
  arrivals: bigint[];
  frame: string;
  onAll: () => void;
}

/**
 * Runs in a process of its own: opens streams over bare sockets and notes when each gets a change. Talks with the process
 * that started it over their channel.
 */
export async function changeClients(): Promise<void> {
  const groups = new Map<string, Group>();
  process.on('message', (order: ClientsOrder) => {
    obey(order).catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    });
  });
  process.on('disconnect', () => process.exit(0));

  async function obey(order: ClientsOrder): Promise<void> {
    if ('open' in order) {
      groups.set(order.open.name, await openGroup(order.open));
      process.send?.('opened');
    } else if ('arrivals' in order) {
      const group = groups.get(order.arrivals);
      if (group !== undefined) process.send?.(await allArrivals(group));
    } else {
      for (const socket of groups.get(order.close)?.sockets ?? []) socket.destroy();
      groups.delete(order.close);
      process.send?.('closed');
    }
  }
}

async function openGroup({
  port,
  heads,
}: {
  readonly port: number;
  readonly heads: readonly string[];
}): Promise<Group> {
  const sockets: Socket[] = [];
  const group: Group = { sockets, arrivals: [], frame: '', onAll: () => undefined };
  for (let from = 0; from < heads.length; from += waveSize) {
    const wave = heads.slice(from, from + waveSize);
    const startedMs = performance.now();
    const opened = wave.map((head, place) => openOne({ port, head, place, group }));
    sockets.push(...(await Promise.all(opened)));
    const earliestMs = startedMs + (1_000 * waveSize) / opensPerSecond;
    await new Promise((resolve) => setTimeout(resolve, earliestMs - performance.now()));
  }
  return group;
}

/** Opens one stream; resolves once it has been answered, and rejects when the answer is no stream. */
function openOne({
  port,
  head,
  place,
  group,
}: {
  readonly port: number;
  readonly head: string;
  readonly place: number;
  readonly group: Group;
}): Promise<Socket> {
  const localAddress = `127.0.0.${1 + (place % addresses)}`;
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.write(head);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('data', (answer) => {
      if (!answer.toString().startsWith('HTTP/1.1 200')) {
        reject(new Error(`Cannot open stream ${place}: ${answer}`));
        return;
      }
      socket.on('data', (chunk) => note(group, chunk));
      resolve(socket);
    });
  });
}

function note(group: Group, chunk: Buffer): void {
  if (!chunk.includes(changeMark)) return;
  group.arrivals.push(process.hrtime.bigint());
  if (group.frame === '') group.frame = chunk.toString();
  if (group.arrivals.length === group.sockets.length) group.onAll();
}

/** Waits until every stream has had the change; the next one is counted anew. */
async function allArrivals(group: Group): Promise<Arrivals> {
  if (group.arrivals.length < group.sockets.length)
    await new Promise<void>((resolve) => {
      // What is missing shows in how many arrivals there are.
      const timer = setTimeout(resolve, arrivalPatienceMs);
      group.onAll = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const { arrivals, frame } = group;
  group.arrivals = [];
  return { ns: arrivals.map(String), frame };
}
