import { join } from 'node:path';
import { inspect } from 'node:util';
import { re2Regex } from '@fauna-flags/core/re2';
import { type Bearer, createBearer } from '../bearer.ts';
import type { Clock } from '../clock.ts';
import { NodeDiskCopies } from '../documents/node-disk-copies.ts';
import type { Log } from '../log.ts';
import { metricsOnly } from '../metrics/metrics-response.ts';
import { prometheusMeter } from '../metrics/prometheus-meter.ts';
import { makeBearerId } from '../reports/bearer-id.ts';
import type { RequestEnv } from '../request-env.ts';
import { type BearerConfig, readBearerConfig } from './node-config.ts';
import { nodeCrypto } from './node-crypto.ts';
import type { RunningServer } from './node-server.ts';
import type { LogLevel } from './node-settings.ts';
import { openSources } from './open-sources.ts';
import { aloneHost, type ProcessHost } from './process-host.ts';
import { StartError } from './start-error.ts';
import { whenReady } from './when-ready.ts';

/** What Node and Deno differ in; the rest of a bearer's process is the same on both. */
export interface BearerRuntime {
  readonly clock: Clock;
  readonly isTerminal: boolean;
  readonly kind: 'node' | 'deno';
  /** What this machine is called, where that may be asked. */
  readonly hostName: string;
  readonly logOf: (level: LogLevel) => Log;
  readonly listen: (options: {
    readonly host: string;
    readonly port: number;
    readonly fetch: (request: Request, env: RequestEnv) => Response | Promise<Response>;
  }) => Promise<RunningServer>;
  /** Whom the process answers to; it is one of its own unless told otherwise. */
  readonly host?: ProcessHost;
}

/** A source that answers does so well within this; without it, whoever comes hears that nothing is ready yet. */
const firstAnswersMsMax = 2_000;

/** Open requests get this long to end once a stop has been asked for; streams have been told before. */
const drainMs = 5_000;

/** Runs a bearer as this process: reads the settings, starts, listens, and ends in good order when it is told to. */
export async function runBearer(runtime: BearerRuntime): Promise<void> {
  const config = configOf(runtime);
  try {
    await run(config, runtime);
  } catch (error) {
    failWith(error, runtime);
  }
}

/** The settings of this process; the process ends with their mistakes where there are any. */
export function configOf(runtime: Pick<BearerRuntime, 'isTerminal' | 'host'>): BearerConfig {
  const { isTerminal } = runtime;
  try {
    return readBearerConfig({ environment: process.env, directory: process.cwd(), isTerminal });
  } catch (error) {
    failWith(error, runtime);
    throw error;
  }
}

function failWith(error: unknown, { host = aloneHost }: Pick<BearerRuntime, 'host'>): void {
  host.fail(error instanceof StartError ? error.message : inspect(error));
}

/** Starts whether or not its source is there: meanwhile whoever asks hears "not ready yet", and health checks can tell. */
async function run(
  config: BearerConfig,
  { clock, kind, hostName, logOf, listen, host: processHost = aloneHost }: BearerRuntime,
): Promise<void> {
  const { host, port, source, logLevel, metricsToken, metricsPort, trustedProxies, dataDir, verifyKeys } =
    config;
  const log = logOf(logLevel);
  const meter = prometheusMeter();
  const ownText = () => meter.text(bearer.status());
  const metricsText = processHost.gatherMetrics?.(() => meter.values(bearer.status())) ?? ownText;
  // The first link opens before there is a bearer that could hold anything.
  let held: Bearer['held'] = () => new Map();
  const { reportSink, ...sources } = openSources({ source, held: () => held(), clock, log });
  const ownId = config.bearerId ?? makeBearerId({ hostName, random: Math.random });
  const id = processHost.nameOf?.(ownId) ?? ownId;
  const bearer = createBearer({
    ...sources,
    reports: reportSink && { id, runtime: kind, sink: reportSink },
    bearerToken: config.bearerToken,
    clock,
    random: Math.random,
    log,
    crypto: nodeCrypto,
    regex: re2Regex(),
    copies: new NodeDiskCopies(join(dataDir, 'bearer')),
    verifyKeys,
    meter,
    ...(metricsToken !== undefined && { metrics: { token: metricsToken, text: metricsText } }),
    trustedProxies,
  });
  held = bearer.held;
  // Whoever comes first is served what was kept, also when nothing upstream answers.
  await bearer.started;
  await whenReady(bearer, firstAnswersMsMax);
  const server = await listen({ host, port, fetch: bearer.app.fetch });
  const metrics =
    metricsPort === undefined
      ? undefined
      : await listen({ host, port: metricsPort, fetch: metricsOnly(metricsText) });
  processHost.endWith(async () => {
    // Streams first: a server that waits for its connections would wait for them for ever.
    await bearer.close();
    await Promise.all([server.close(drainMs), metrics?.close(0)]);
  });
  const address = host.includes(':') ? `[${host}]` : host;
  processHost.announce(`The bearer is listening on http://${address}:${server.port}`);
}
