import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endWithUs } from '../../../bearer/test/support/end-with-us.ts';
import { reservedPort } from '../../../bearer/test/support/reserved-port.ts';
import { packedProgram } from '../../../scripts/pack-programs.mjs';
import { findPostmaster, stopPostmaster } from '../../src/platform/postgres/postmaster.ts';

/** The folder of the whole project. */
export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

const startPatienceMs = 180_000;

/** A Fauna in a process of its own, on a data folder that outlives it. */
export class FaunaProcess {
  readonly dataDir: string;
  readonly port: number;
  readonly adminToken = 'test-admin-token-0123456789abcdef';
  /** Everything that the processes have printed so far. */
  output = '';
  readonly #environment: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;

  private constructor(dataDir: string, port: number, environment: Readonly<Record<string, string>>) {
    this.dataDir = dataDir;
    this.port = port;
    this.#environment = environment;
  }

  /** Picks a folder and a port; nothing runs yet. */
  static async prepare(environment: Readonly<Record<string, string>> = {}): Promise<FaunaProcess> {
    const dataDir = await mkdtemp(join(tmpdir(), 'fauna-process-'));
    await chmod(dataDir, 0o755); // As root the database runs as another account, which must be able to enter.
    return new FaunaProcess(dataDir, await reservedPort(), environment);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('Fauna does not run');
    return this.#child.pid;
  }

  /** Starts the manager and waits until it is ready. */
  async start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    this.launch(environment);
    await this.untilReady();
  }

  /** Starts the manager and does not wait. */
  launch(environment: Readonly<Record<string, string>> = {}): ChildProcess {
    const child = spawn(process.execPath, [packedProgram('manager/src/main.ts')], {
      cwd: projectRoot,
      env: {
        ...withoutSettings(process.env),
        PORT: String(this.port),
        FAUNA_DATA_DIR: this.dataDir,
        FAUNA_ADMIN_TOKEN: this.adminToken,
        LOG_LEVEL: 'warn',
        ...this.#environment,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    endWithUs(child);
    this.#child = child;
    return child;
  }

  async untilReady(): Promise<void> {
    const givesUpAt = Date.now() + startPatienceMs;
    while (Date.now() < givesUpAt) {
      if (this.#child?.exitCode !== null) throw new Error(`Fauna ended before it was ready:\n${this.output}`);
      const ready = await fetch(`${this.url}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
      await pause(25);
    }
    throw new Error(`Fauna was not ready within ${startPatienceMs} ms:\n${this.output}`);
  }

  /** Sends a signal and waits for the end; answers the exit code. */
  async end(signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    return ended;
  }

  /** Kills the embedded Postgres as a power cut would; it has no chance to write anything more. */
  async killPostgres(): Promise<void> {
    const postmaster = await findPostmaster(join(this.dataDir, 'postgres', 'cluster'));
    if (postmaster !== undefined) process.kill(postmaster.pid, 'SIGKILL');
  }

  /** Ends everything and takes the data away. */
  async dispose(): Promise<void> {
    await this.end('SIGKILL');
    const postmaster = await findPostmaster(join(this.dataDir, 'postgres', 'cluster'));
    if (postmaster !== undefined) await stopPostmaster(postmaster.pid);
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** Calls the management API. The body of the answer is parsed; its status is not judged. */
  async api(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly body: unknown }> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.adminToken}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  }
}

/** Waits until the question is answered with something, asking again and again; fails after `patienceMs`. */
export async function eventually<Answer>(
  question: () => Answer | undefined | false | Promise<Answer | undefined | false>,
  {
    patienceMs = 20_000,
    what = 'the expected state',
  }: { readonly patienceMs?: number; readonly what?: string } = {},
): Promise<Answer> {
  const givesUpAt = Date.now() + patienceMs;
  for (;;) {
    const answer = await question();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > givesUpAt) throw new Error(`Waited ${patienceMs} ms in vain for ${what}`);
    await pause(10);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The caller's environment without what would change how Fauna runs. */
function withoutSettings(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value === undefined ||
      /^(FAUNA_|DATABASE_URL$|REDIS_URL$|MANAGER_URL$|PORT$|HOST$|LOG_LEVEL$|NODE_OPTIONS$|VITEST)/.test(name)
        ? []
        : [[name, value] as const],
    ),
  );
}
