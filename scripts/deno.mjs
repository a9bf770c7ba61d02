import { createRequire } from 'node:module';
import { resolve } from 'node:path';

/** The variables that a bearer reads, which are all that it may read; a test holds this list to the bearer's own. */
export const bearerVariables = [
  'PORT',
  'HOST',
  'REDIS_URL',
  'UPSTASH_REDIS_REST_URL',
  'UPSTASH_REDIS_REST_TOKEN',
  'MANAGER_URL',
  'FAUNA_SOURCE_DIR',
  'FAUNA_BEARER_TOKEN',
  'FAUNA_BEARER_ID',
  'FAUNA_DATA_DIR',
  'FAUNA_VERIFY_KEY',
  'TRUSTED_PROXIES',
  'FAUNA_METRICS_TOKEN',
  'METRICS_PORT',
  'FAUNA_WORKERS',
  'LOG_LEVEL',
];

/** What a bearer does unless told otherwise, and where stores listen. */
const defaults = { host: '127.0.0.1', port: '3001', redisPort: '6379', dataDir: './data' };

/** The arguments that start a bearer on Deno with these settings, and with no right that it does not need. */
export function denoArguments(environment) {
  return [
    'run',
    '--no-config',
    '--no-lock',
    '--no-prompt',
    '--cached-only',
    '--node-modules-dir=manual',
    '--conditions=@fauna-flags/source',
    ...denoPermissions(environment),
    'bearer/src/entry/deno-main.ts',
  ];
}

/**
 * The rights that a bearer needs with these settings: to listen where it is told, to reach what it reads from, to read its
 * own settings, and to keep its copies. No programs, no libraries, nothing about the system.
 */
export function denoPermissions(environment) {
  const dataDir = resolve(environment.FAUNA_DATA_DIR || defaults.dataDir);
  const folders = environment.FAUNA_SOURCE_DIR ? [resolve(environment.FAUNA_SOURCE_DIR)] : [];
  return [
    allowNet(environment),
    `--allow-env=${bearerVariables.join(',')}`,
    `--allow-read=${[dataDir, ...folders].join(',')}`,
    `--allow-write=${dataDir}`,
  ];
}

/** The binary itself: the package's command is a process around it that keeps signals to itself. */
export function denoBinary() {
  return createRequire(import.meta.url)('deno/install_api.cjs').runInstall();
}

function allowNet({
  HOST,
  PORT,
  METRICS_PORT,
  REDIS_URL = '',
  UPSTASH_REDIS_REST_URL = '',
  MANAGER_URL = '',
}) {
  // Sentinels and clusters announce the addresses of their nodes, so nobody can name them beforehand.
  if (/^rediss?\+/.test(REDIS_URL)) return '--allow-net';
  const ports = [PORT || defaults.port, ...(METRICS_PORT ? [METRICS_PORT] : [])];
  const here = ports.map((port) => listening(HOST || defaults.host, port));
  const origins = [UPSTASH_REDIS_REST_URL, ...MANAGER_URL.split(',')].map((url) => url.trim());
  const overHttp = origins.flatMap((url) => addressesIn(url, url.startsWith('https:') ? '443' : '80'));
  return `--allow-net=${[...here, ...addressesIn(REDIS_URL, defaults.redisPort), ...overHttp].join(',')}`;
}

/** Port 0 is whichever is free, so only the host can be named. */
function listening(host, port) {
  const address = host.includes(':') ? `[${host}]` : host;
  return port === '0' ? address : `${address}:${port}`;
}

/** Host and port of an address; none of what is no address, which the bearer itself complains about. */
function addressesIn(url, defaultPort) {
  if (!URL.canParse(url)) return [];
  const { hostname, port } = new URL(url);
  return hostname === '' ? [] : [`${hostname}:${port || defaultPort}`];
}
