import { endOnSignal, listen, type RunningServer } from '@fauna-flags/bearer/node';
import { pino } from 'pino';
import { announce } from './announce.ts';
import { composeFauna, type Fauna } from './composition/compose-fauna.ts';
import { startingResponse } from './composition/starting-response.ts';
import { type Config, readConfig } from './config/config.ts';
import { configWarnings } from './config/config-warnings.ts';
import { StartError } from './platform/start-error.ts';

/** Open requests get this long to end once a stop has been asked for; streams have been told before. */
const drainMs = 5_000;

try {
  const config = await readConfig({
    environment: process.env,
    directory: process.cwd(),
    isTerminal: process.stdout.isTTY === true,
  });
  await run(config);
} catch (error) {
  if (error instanceof StartError) console.error(error.message);
  else console.error(error);
  process.exit(1);
}

async function run(config: Config): Promise<void> {
  const log = pino({ level: config.logLevel });
  for (const warning of configWarnings(config)) log.warn(warning);
  // The port is taken before anything else, so that a second Fauna ends here instead of at the database of the first.
  let fauna: Fauna | undefined;
  const server = await listen({
    host: config.host,
    port: config.port,
    fetch: (request, env) => (fauna === undefined ? startingResponse(request) : fauna.fetch(request, env)),
  });
  const composing = composeFauna({ config, port: server.port, log });
  endOnSignal(() => stop({ server, composing }));
  fauna = await composing;
  announce({ config, port: server.port, fauna, print: (line) => console.log(line) });
}

async function stop({
  server,
  composing,
}: {
  readonly server: RunningServer;
  readonly composing: Promise<Fauna>;
}): Promise<void> {
  // A start under way is waited for: it may have started a database, which nobody else would end.
  const fauna = await composing.catch(() => undefined);
  try {
    // Streams first: a server that waits for its connections would wait for them for ever.
    await fauna?.drain();
  } finally {
    await server.close(drainMs);
    await fauna?.close();
  }
}
