import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** One broadcast of the floor: to how many, at what cost, and when, in nanoseconds of `process.hrtime.bigint()`. */
export interface FloorBroadcast {
  readonly connections: number;
  readonly cpuUs: number;
  readonly begunNs: bigint;
  readonly endedNs: bigint;
}

/** The running floor: see floor.c for what it does. Its answers come in the order of the questions. */
export interface Floor {
  readonly pid: number;
  readonly port: number;
  /** How many connections are open now. */
  count(): Promise<number>;
  /** Writes the payload to every connection. */
  broadcast(payload: Uint8Array): Promise<FloorBroadcast>;
  stop(): void;
}

const source = fileURLToPath(new URL('floor.c', import.meta.url));

/** Compiles floor.c with gcc and starts it; `pin` are command words before it, see `pinning()`. */
export async function startFloor(pin: readonly string[]): Promise<Floor> {
  const folder = mkdtempSync(join(tmpdir(), 'fauna-floor-'));
  const program = join(folder, 'floor');
  const compiled = spawnSync('gcc', ['-O2', '-o', program, source], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (compiled.status !== 0) {
    rmSync(folder, { recursive: true });
    throw new Error(
      `Cannot compile floor.c: gcc ${compiled.error?.message ?? `ended with ${compiled.status}`}`,
    );
  }
  const [file = program, ...args] = [...pin, program];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answer = answersOf(child);
  child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const [port] = await answer('port');
  const { pid } = child;
  if (pid === undefined) throw new Error('Cannot start the floor: it has no process');
  return {
    pid,
    port: Number(port),
    async count() {
      child.stdin.write('count\n');
      return Number((await answer('count'))[0]);
    },
    async broadcast(payload) {
      child.stdin.write(`broadcast ${payload.byteLength}\n`);
      child.stdin.write(payload);
      const [connections, cpuUs, begunNs, endedNs] = await answer('broadcast');
      return {
        connections: Number(connections),
        cpuUs: Number(cpuUs),
        begunNs: BigInt(begunNs ?? 0),
        endedNs: BigInt(endedNs ?? 0),
      };
    },
    stop: () => child.stdin.end(),
  };
}

/** Gives the numbers of the next line, which must begin with the word asked for. Rejects when the floor has ended. */
function answersOf(child: ChildProcess): (word: string) => Promise<readonly string[]> {
  if (child.stdout === null) throw new Error('Cannot read the floor: its output is not a pipe');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (word) => {
    const { done, value = '' } = await lines.next();
    const [said, ...numbers] = value.split(' ');
    if (done || said !== word) throw new Error(`Cannot hear "${word}" of the floor: it said "${value}"`);
    return numbers;
  };
}
