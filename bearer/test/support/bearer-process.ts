import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endWithUs } from './end-with-us.ts';

/** The folder that all commands are run in. */
export const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));

const startPatienceMs = 60_000;

/** A bearer in a process of its own, whatever runs it. */
export class BearerProcess {
  readonly #command: readonly string[];
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #output = '';

  /** Nothing runs before `start`. */
  constructor(command: readonly string[], environment: Readonly<Record<string, string>>) {
    this.#command = command;
    this.#environment = environment;
  }

  /** Everything that it has printed so far, of every start. */
  get output(): string {
    return this.#output;
  }

  /** Where it listens. */
  get url(): string {
    const url = [...this.#output.matchAll(/The bearer is listening on (http:\S+)/g)].at(-1)?.[1];
    if (url === undefined) throw new Error(`The bearer does not listen yet:\n${this.#output}`);
    return url;
  }

  /** Its process. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('The bearer does not run');
    return pid;
  }

  /** Starts it, also after its end, and waits until it listens. Throws when it ends instead. */
  async start(): Promise<void> {
    const [file = '', ...args] = this.#command;
    const before = this.#output.length;
    const child = spawn(file, args, {
      cwd: projectRoot,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: '0',
        FAUNA_WORKERS: '1',
        ...this.#environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endWithUs(child);
    this.#child = child;
    for (const pipe of [child.stdout, child.stderr])
      pipe?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    const givesUpAt = Date.now() + startPatienceMs;
    while (!this.#output.slice(before).includes('is listening on')) {
      if (this.#hasEnded || Date.now() > givesUpAt)
        throw new Error(`Cannot start a bearer:\n${this.#output.slice(before)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Sends a signal and waits for the end; answers the exit code. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || this.#hasEnded) return child?.exitCode ?? null;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  /** Sends a signal and does not wait. */
  signal(signal: 'SIGTERM'): void {
    this.#child?.kill(signal);
  }

  get #hasEnded(): boolean {
    return this.#child?.exitCode !== null || this.#child?.signalCode !== null;
  }
}
