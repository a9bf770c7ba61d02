import { type ChildProcess, spawn } from 'node:child_process';
import { packedProgram } from '../../../scripts/pack-programs.mjs';
import { eventually, projectRoot } from './fauna-process.ts';

/** A program of ours in a process of its own that prints JSON lines. */
export class Program<Line> {
  readonly lines: { readonly line: Line; readonly atMs: number }[] = [];
  readonly #child: ChildProcess;
  #errors = '';

  constructor(file: string, args: readonly string[]) {
    this.#child = spawn(process.execPath, [packedProgram(file), ...args], {
      cwd: projectRoot,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let pending = '';
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      pending += chunk.toString();
      const whole = pending.split('\n');
      pending = whole.pop() ?? '';
      for (const text of whole) this.lines.push({ line: JSON.parse(text), atMs: performance.now() });
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
  }

  /** Waits for a line that fits, printed after the first `seen` lines. */
  next(
    fits: (line: Line) => boolean,
    { seen = 0, patienceMs = 20_000 } = {},
  ): Promise<{ line: Line; atMs: number }> {
    return eventually(() => this.lines.slice(seen).find(({ line }) => fits(line)), {
      patienceMs,
      what: `a line after ${JSON.stringify(this.lines.slice(-5).map(({ line }) => line))} ${this.#errors}`,
    });
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}
