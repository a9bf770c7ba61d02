import type { Log } from '../log.ts';
import { jsonLog } from './json-log.ts';
import type { WorkerEnv } from './workerd-env.ts';
import { readLogLevel } from './workerd-settings.ts';

/** Lines of JSON on the console, which is where Workers' logs are read. `LOG_LEVEL` is one of the names it has everywhere. */
export function workerdLog(env: WorkerEnv): Log {
  return jsonLog({
    level: readLogLevel(env),
    now: () => Date.now(),
    // biome-ignore lint/suspicious/noConsole: a Worker has no other way to write a line
    write: (line) => console.log(line),
  });
}
