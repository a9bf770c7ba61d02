import { pino } from 'pino';
import { nodeClock } from './node-clock.ts';
import { listen } from './node-server.ts';
import { pinoLog } from './pino-log.ts';
import { runBearer } from './run-bearer.ts';

await runBearer({
  clock: nodeClock,
  isTerminal: process.stdout.isTTY === true,
  logOf: (level) => pinoLog(pino({ level })),
  listen,
});
