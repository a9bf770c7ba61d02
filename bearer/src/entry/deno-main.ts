import './deno-environment.ts';
import process from 'node:process';
import { denoClock } from './deno-clock.ts';
import { denoRuntime } from './deno-runtime.ts';
import { listenOnDeno } from './deno-server.ts';
import { jsonLog } from './json-log.ts';
import { runBearer } from './run-bearer.ts';

await runBearer({
  clock: denoClock,
  kind: 'deno',
  // To ask the system for its name would take a right of its own.
  hostName: 'deno',
  isTerminal: denoRuntime().stdout.isTerminal(),
  logOf: (level) =>
    jsonLog({ level, now: denoClock.now, write: (line) => process.stdout.write(`${line}\n`) }),
  listen: listenOnDeno,
});
