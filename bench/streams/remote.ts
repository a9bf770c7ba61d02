import { type ChildProcess, spawn } from 'node:child_process';
import { packedProgram } from '../../scripts/pack-programs.mjs';

/** What a process of a benchmark can be asked: plain values in, plain values out. */
export type Methods = Readonly<Record<string, (argument: never) => unknown>>;

/** The same, as the process that started it sees it. */
export type Remote<Of extends Methods> = {
  readonly [Name in keyof Of]: (...args: Parameters<Of[Name]>) => Promise<Awaited<ReturnType<Of[Name]>>>;
};

/** A process of a benchmark. */
export interface RemoteProcess<Of extends Methods> {
  readonly pid: number;
  readonly call: Remote<Of>;
  stop(): void;
}

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Answers what the parent asks, until it is gone. */
export function answerParent(methods: Methods): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', async ({ id, name, argument }: Question) => {
    try {
      process.send?.({ id, value: await methods[name]?.(argument as never) } satisfies Answer);
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? error.message : String(error) } satisfies Answer);
    }
  });
}

/**
 * Starts `npm run bench -- <words>` as a process of its own, whose answers are typed by `Of`. `pin` are command words
 * before `node`, see `pinning()`; `nodeOptions` come before the program.
 */
export function startRemote<Of extends Methods>({
  words,
  pin = [],
  nodeOptions = [],
}: {
  readonly words: readonly string[];
  readonly pin?: readonly string[];
  readonly nodeOptions?: readonly string[];
}): RemoteProcess<Of> {
  const program = packedProgram('bench/index.ts');
  const [file = process.execPath, ...args] = [...pin, process.execPath, ...nodeOptions, program, ...words];
  const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`Cannot start "${words.join(' ')}"`);
  return { pid, call: callsTo<Of>(child, words), stop: () => void child.kill('SIGKILL') };
}

function callsTo<Of extends Methods>(child: ChildProcess, words: readonly string[]): Remote<Of> {
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  child.on('exit', (code, signal) => {
    const error = `the process "${words.join(' ')}" ended with ${code ?? signal}`;
    for (const [id, settle] of waiting) settle({ id, error });
  });
  const call = (name: string, argument: unknown) =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, ({ value, error }) =>
        error === undefined ? resolve(value) : reject(new Error(`Cannot ${name}: ${error}`)),
      );
      child.send({ id: last, name, argument } satisfies Question);
    });
  // Every name is a question; what there is to ask is in the type.
  return new Proxy({} as Remote<Of>, {
    get: (_, name) => (argument: unknown) => call(String(name), argument),
  });
}
