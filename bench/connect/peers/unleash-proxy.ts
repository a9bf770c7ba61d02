/*
 * Starts @unleash/proxy on the features that its input holds as JSON. Run by the Node that the peers bring, which strips
 * types itself, with the folder of the peers as its argument; prints the port that it got.
 */
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { json } from 'node:stream/consumers';

/** The part of @unleash/proxy that is used. */
interface ProxyModule {
  createApp(options: object): {
    listen(port: number, host: string, listening: () => void): { address(): AddressInfo };
  };
}

const [folder = ''] = process.argv.slice(2);
const features = await json(process.stdin);
const { createApp }: ProxyModule = createRequire(resolve(folder, 'package.json'))('@unleash/proxy');
const app = createApp({
  // It insists on fetching once. Nobody listens on the discard port, so the bootstrap stays what is evaluated.
  unleashUrl: 'http://127.0.0.1:9/api',
  unleashApiToken: 'unused',
  clientKeys: ['bench-frontend-key'],
  expBootstrap: { data: features },
  refreshInterval: 3_600_000,
  metricsInterval: 3_600_000,
  enableOAS: false,
  logLevel: 'fatal',
});
const server = app.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`));
