import { join } from 'node:path';
import { inspect } from 'node:util';
import { re2Regex } from '@fauna-flags/core/re2';
import { createBearer } from '../bearer.ts';
import type { Clock } from '../clock.ts';
import { NodeDiskCopies } from '../documents/node-disk-copies.ts';
import type { Log } from '../log.ts';
import { metricsOnly } from '../metrics/metrics-response.ts';
import { prometheusMeter } from '../metrics/prometheus-meter.ts';
import type { RequestEnv } from '../request-env.ts';
import { endOnSignal } from './end-on-signal.ts';
import { type BearerConfig, readBearerConfig } from './node-config.ts';
import { nodeCrypto } from './node-crypto.ts';
import type { RunningServer } from './node-server.ts';
import type { LogLevel } from './node-settings.ts';
import { openSources } from './open-sources.ts';
import { StartError } from './start-error.ts';

/** What Node and Deno differ in; the rest of a bearer's process is the same on both. */
export interface BearerRuntime {
  readonly clock: Clock;
  readonly isTerminal: boolean;
  readonly logOf: (level: LogLevel) => Log;
  readonly listen: (options: {
    readonly host: string;
    readonly port: number;
    readonly fetch: (request: Request, env: RequestEnv) => Response | Promise<Response>;
  }) => Promise<RunningServer>;
}

/** Open requests get this long to end once a stop has been asked for; streams have been told before. */
const drainMs = 5_000;

/** Runs a bearer as this process: reads the settings, starts, listens, and ends in good order on a signal. */
export async function runBearer(runtime: BearerRuntime): Promise<void> {
  const { isTerminal } = runtime;
  try {
    await run(readBearerConfig({ environment: process.env, directory: process.cwd(), isTerminal }), runtime);
  } catch (error) {
    const isForPeople = error instanceof StartError;
    process.stderr.write(`${isForPeople ? error.message : inspect(error)}\n`);
    process.exit(1);
  }
}

/** Starts whether or not its source is there: meanwhile whoever asks hears "not ready yet", and health checks can tell. */
async function run(config: BearerConfig, { clock, logOf, listen }: BearerRuntime): Promise<void> {
  const { host, port, source, logLevel, metricsToken, metricsPort, trustedProxies, dataDir, verifyKeys } =
    config;
  const log = logOf(logLevel);
  const meter = prometheusMeter();
  const metricsText = () => meter.text(bearer.status());
  const bearer = createBearer({
    ...openSources({ source, clock, log }),
    clock,
    random: Math.random,
    crypto: nodeCrypto,
    regex: re2Regex(),
    log,
    copies: new NodeDiskCopies(join(dataDir, 'bearer')),
    verifyKeys,
    meter,
    ...(metricsToken !== undefined && { metrics: { token: metricsToken, text: metricsText } }),
    trustedProxies,
  });
  // Whoever comes first is served what was kept, also when nothing upstream answers.
  await bearer.started;
  const server = await listen({ host, port, fetch: bearer.app.fetch });
  const metrics =
    metricsPort === undefined
      ? undefined
      : await listen({ host, port: metricsPort, fetch: metricsOnly(metricsText) });
  endOnSignal(async () => {
    // Streams first: a server that waits for its connections would wait for them for ever.
    await bearer.close();
    await Promise.all([server.close(drainMs), metrics?.close(0)]);
  });
  const address = host.includes(':') ? `[${host}]` : host;
  process.stdout.write(`The bearer is listening on http://${address}:${server.port}\n`);
}
