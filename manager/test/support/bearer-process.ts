import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endWithUs } from '../../../bearer/test/support/end-with-us.ts';
import { packedProgram } from '../../../scripts/pack-programs.mjs';
import { eventually, projectRoot } from './fauna-process.ts';

/** A bearer in a process of its own. */
export class BearerProcess {
  /** Everything that the process has printed so far. */
  output = '';
  readonly #child: ChildProcess;

  /** Starts it on a port of the system's choice and does not wait. */
  constructor(environment: Readonly<Record<string, string>>) {
    const dataDir = mkdtempSync(join(tmpdir(), 'fauna-bearer-'));
    this.#child = spawn(process.execPath, [packedProgram('bearer/src/entry/node-main.ts')], {
      cwd: projectRoot,
      // A folder of its own, or it would begin with what another test has left.
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        LOG_LEVEL: 'info',
        // What is measured and signalled here is one process.
        FAUNA_WORKERS: '1',
        FAUNA_DATA_DIR: dataDir,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endWithUs(this.#child);
    this.#child.once('close', () => rmSync(dataDir, { recursive: true, force: true }));
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Where it listens, once it does. */
  get url(): string {
    const [, url] = /The bearer is listening on (http:\S+)/.exec(this.output) ?? [];
    if (url === undefined) throw new Error(`The bearer does not listen yet:\n${this.output}`);
    return url;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The bearer does not run');
    return this.#child.pid;
  }

  async untilListening(): Promise<void> {
    await eventually(() => this.output.includes('is listening on') || this.hasEnded, {
      patienceMs: 180_000,
      what: 'a bearer',
    });
  }

  async untilReady(): Promise<void> {
    await this.untilListening();
    await eventually(async () => (await fetch(`${this.url}/readyz`)).ok, { what: 'a bearer that is ready' });
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Sends a signal and waits for the end; answers the exit code. */
  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<number | null> {
    if (!this.hasEnded) {
      const ended = new Promise((resolve) => this.#child.once('close', resolve));
      this.#child.kill(signal);
      await ended;
    }
    return this.#child.exitCode;
  }

  /** Waits until it ends by itself; answers the exit code. */
  async ended(): Promise<number | null> {
    await eventually(() => this.hasEnded, { what: 'the end of a bearer' });
    return this.#child.exitCode;
  }
}
