/*
 * Starts unleash-server on the database whose connection string its second argument is. Run by the Node that the peers
 * bring, which strips types itself, with the folder of the peers as its first argument; prints the port that it got.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The part of unleash-server that is used. */
interface UnleashServerModule {
  start(options: object): Promise<{ readonly server?: Server }>;
}

const [folder = '', databaseUrl = ''] = process.argv.slice(2);
const entry = resolve(folder, 'node_modules/unleash-server/dist/lib/server-impl.js');
const { start }: UnleashServerModule = await import(pathToFileURL(entry).href);
const database = new URL(databaseUrl);
const token = (type: string, secret: string) => ({
  type,
  secret,
  tokenName: type,
  projects: ['*'],
  environment: type === 'admin' ? '*' : 'development',
});
const { server } = await start({
  db: {
    user: database.username,
    password: database.password,
    host: database.hostname,
    port: Number(database.port),
    database: database.pathname.slice(1),
    ssl: false,
  },
  server: { port: 0, host: '127.0.0.1', disableCompression: true },
  logLevel: 'fatal',
  versionCheck: { enable: false },
  telemetry: false,
  authentication: {
    type: 'none',
    initApiTokens: [
      token('admin', '*:*.bench-admin-token'),
      token('frontend', '*:development.bench-frontend-token'),
    ],
  },
});
const address = server?.address();
console.log(`port ${(address as AddressInfo).port}`);
