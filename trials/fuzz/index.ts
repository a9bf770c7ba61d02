/** `npm run fuzz -- --requests N --seed S`: malformed requests against a real bearer, with honest traffic beside them. */
import { parseArgs } from 'node:util';
import { runFuzz } from './run-fuzz.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const [requests, seed] = [Number(values.requests), Number(values.seed)];
console.log(`Sending ${requests} malformed requests of seed ${seed}`);
const results = await runFuzz({
  requests,
  seed,
  validPerSecond: 200,
  calmMs: 5_000,
  onProgress: (sent) => process.stdout.isTTY && process.stdout.write(`\r${sent}`),
});
console.log(JSON.stringify(results, undefined, 2));
const isGood =
  results.isAlive &&
  results.suspects.length === 0 &&
  results.errors.length === 0 &&
  results.valid.failureCount === 0 &&
  results.rssGrowthBytes <= 50 * 1024 * 1024;
console.log(isGood ? 'The bearer stood it' : `The bearer did not stand it: again with --seed ${seed}`);
process.exitCode = isGood ? 0 : 1;
