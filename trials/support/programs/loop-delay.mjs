/* Preloaded into a server, this says on SIGUSR2 how long its event loop was held at most since it was last asked. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
process.on('SIGUSR2', () => {
  process.stdout.write(`loop held for ${(delay.max / 1e6).toFixed(1)} ms\n`);
  delay.reset();
});
