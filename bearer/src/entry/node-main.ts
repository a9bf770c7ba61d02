import cluster from 'node:cluster';
import { availableParallelism, hostname } from 'node:os';
import { pino } from 'pino';
import { nodeClock } from './node-clock.ts';
import { runNodeCluster } from './node-cluster.ts';
import { listen } from './node-server.ts';
import type { LogLevel } from './node-settings.ts';
import { nodeWorkerHost } from './node-worker-host.ts';
import { pinoLog } from './pino-log.ts';
import { aloneHost } from './process-host.ts';
import { type BearerRuntime, configOf, runBearer } from './run-bearer.ts';

const logOf = (level: LogLevel) => pinoLog(pino({ level }));
const runtime: BearerRuntime = {
  clock: nodeClock,
  kind: 'node',
  hostName: hostname(),
  isTerminal: process.stdout.isTTY === true,
  logOf,
  listen,
};

if (cluster.isWorker) await runBearer({ ...runtime, host: nodeWorkerHost(process.env.FAUNA_WORKER ?? '0') });
else {
  const config = configOf(runtime);
  const workers = config.workers ?? availableParallelism();
  if (workers > 1) runNodeCluster({ workers, log: logOf(config.logLevel), host: aloneHost });
  else await runBearer(runtime);
}
