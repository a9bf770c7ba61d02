import { type ChildProcess, spawn } from 'node:child_process';

/** A program that runs beside the benchmark. */
export interface Program {
  readonly pid: number;
  /** What the pattern of its readiness found. */
  readonly said: RegExpExecArray;
  /** Ends it and waits for that. */
  stop(): Promise<void>;
}

/** How to start a program, and how it shows that it is ready. */
export interface ProgramStart {
  /** The command and its arguments. */
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Looked for in what it prints. */
  readonly ready: RegExp;
  /** Written to its input, which is then closed. */
  readonly input?: string;
  readonly patienceMs?: number;
}

const patienceMsDefault = 60_000;
/** What does not end by itself in this time is killed. */
const endPatienceMs = 5_000;

/** None outlives the benchmark, however that ends. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a program and waits until it is ready. Rejects with what it printed when it ends or hangs instead. */
export async function startProgram({
  command: [file = '', ...args],
  environment = {},
  ready,
  input = '',
  patienceMs = patienceMsDefault,
}: ProgramStart): Promise<Program> {
  const child = spawn(file, args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  void ended.then(() => running.delete(child));
  child.stdin.on('error', () => undefined); // It may end before it has read; that shows below.
  child.stdin.end(input);
  let output = '';
  const said = await new Promise<RegExpExecArray>((resolve, reject) => {
    const fail = (how: string) => reject(new Error(`Cannot start ${file} ${args.at(0)}: ${how}\n${output}`));
    const timer = setTimeout(() => fail(`it was not ready within ${patienceMs} ms`), patienceMs);
    const hear = (chunk: Buffer) => {
      output = `${output}${chunk}`.slice(-10_000);
      const found = ready.exec(output);
      if (found === null) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', (error) => fail(error.message));
    void ended.then(() => fail('it ended'));
  });
  if (child.pid === undefined) throw new Error(`Cannot start ${file}: it has no process`);
  return {
    pid: child.pid,
    said,
    async stop() {
      child.kill('SIGTERM');
      const killing = setTimeout(() => child.kill('SIGKILL'), endPatienceMs);
      await ended;
      clearTimeout(killing);
    },
  };
}
