import './deno-environment.ts';
import process from 'node:process';
import { denoClock } from './deno-clock.ts';
import { denoRuntime } from './deno-runtime.ts';
import { listenOnDeno } from './deno-server.ts';
import { jsonLog } from './json-log.ts';
import { runBearer } from './run-bearer.ts';

await runBearer({
  clock: denoClock,
  isTerminal: denoRuntime().stdout.isTerminal(),
  logOf: (level) =>
    jsonLog({ level, now: denoClock.now, write: (line) => process.stdout.write(`${line}\n`) }),
  listen: listenOnDeno,
});
