import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EngineResult } from './engine-process.ts';
import type { EngineName } from './engines.ts';
import type { ReferenceSetName } from './reference-set.ts';

/** What to measure, and how to start it. */
export interface EngineRun {
  readonly engine: EngineName;
  readonly set: ReferenceSetName;
  readonly peersFolder: string;
  /** Command words before `node`; see `pinning()`. */
  readonly pin: readonly string[];
}

/** A process takes two to three seconds; one that takes this long hangs. */
const processTimeoutMs = 30_000;

/** Measures one engine on one set in a process of its own. Rejects when that process fails its check, or hangs. */
export function runEngine({ engine, set, peersFolder, pin }: EngineRun): Promise<EngineResult> {
  const entry = fileURLToPath(new URL('../index.ts', import.meta.url));
  // The loader and the export condition that this process runs with are the child's too.
  const words = [...pin, process.execPath, ...process.execArgv, entry, 'engine', engine, set, peersFolder];
  const [file = process.execPath, ...args] = words;
  return new Promise((resolve, reject) => {
    // What an engine prints would be mixed into the report: only errors pass.
    const child = spawn(file, args, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      timeout: processTimeoutMs,
    });
    let result: EngineResult | undefined;
    child.on('message', (message) => {
      result = message as EngineResult;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0 && result !== undefined) resolve(result);
      else
        reject(new Error(`Cannot measure "${engine}" on "${set}": its process ended with ${code ?? signal}`));
    });
  });
}
