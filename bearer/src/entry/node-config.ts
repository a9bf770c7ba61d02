import { resolve } from 'node:path';
import { z } from 'zod';
import { noTrustedProxies, type TrustedProxies } from '../middleware/client-address.ts';
import { absentWhenEmpty, type LogLevel, parseSettings, sharedSettings } from './node-settings.ts';
import { type StoreAddress, storeIn, storeSettings, withOneStore } from './store-settings.ts';

/** What a bearer reads from. */
export type BearerSource =
  | StoreAddress
  /** A folder of snapshot files; absolute. */
  | { readonly kind: 'folder'; readonly folder: string };

/** Everything that can be set from outside for a bearer in a process of its own, parsed and checked once. */
export interface BearerConfig {
  readonly port: number;
  readonly host: string;
  /** Where rulesets and keys come from. */
  readonly source: BearerSource;
  /** Where everything that is kept on disk lies; absolute. */
  readonly dataDir: string;
  /** Public keys of managers: only what one of them has signed is served. Absent: anything that the source has. */
  readonly verifyKeys: readonly Uint8Array[] | undefined;
  /** Whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: TrustedProxies;
  /** Opens `/metrics` on the same port; without it the path does not exist there. */
  readonly metricsToken: string | undefined;
  /** A port of its own for `/metrics`, which asks for no token: for a network that only scrapers reach. */
  readonly metricsPort: number | undefined;
  readonly logLevel: LogLevel;
}

const fields = z.object({
  PORT: sharedSettings.port(3001),
  HOST: sharedSettings.host,
  ...storeSettings,
  FAUNA_SOURCE_DIR: absentWhenEmpty(z.string().optional()),
  FAUNA_DATA_DIR: sharedSettings.dataDir,
  FAUNA_VERIFY_KEY: sharedSettings.verifyKeys,
  TRUSTED_PROXIES: sharedSettings.trustedProxies,
  FAUNA_METRICS_TOKEN: sharedSettings.metricsToken,
  METRICS_PORT: absentWhenEmpty(sharedSettings.port(0).optional()),
  LOG_LEVEL: sharedSettings.logLevel,
});

/** Judged beside the settings one by one, so that every mistake is told together. */
const settings = withOneStore(fields).check((context) => {
  const { REDIS_URL, UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN, FAUNA_SOURCE_DIR } = context.value;
  const store = REDIS_URL ?? UPSTASH_REDIS_REST_URL ?? UPSTASH_REDIS_REST_TOKEN;
  if ((store === undefined) !== (FAUNA_SOURCE_DIR === undefined)) return;
  context.issues.push({
    code: 'custom',
    input: REDIS_URL,
    path: [REDIS_URL === undefined && store !== undefined ? 'UPSTASH_REDIS_REST_URL' : 'REDIS_URL'],
    message:
      store === undefined
        ? 'must be set, like redis://localhost:6379, or else UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN: it is where the manager publishes and bearers read'
        : 'must not be set together with FAUNA_SOURCE_DIR: a bearer reads from one of them',
  });
});

/** The names of all variables that a bearer reads. */
export const bearerSettingNames: readonly string[] = Object.keys(fields.shape);

/**
 * Reads the settings. Relative paths begin in `directory`. `isTerminal` quietens the log, since a person reads what is printed beside it.
 *
 * Throws `StartError` that lists every mistake together.
 */
export function readBearerConfig({
  environment,
  directory,
  isTerminal,
}: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly isTerminal: boolean;
}): BearerConfig {
  const values = parseSettings({ schema: settings, environment, what: 'the bearer' });
  return {
    port: values.PORT,
    host: values.HOST,
    source: sourceOf(values, directory),
    dataDir: resolve(directory, values.FAUNA_DATA_DIR),
    verifyKeys: values.FAUNA_VERIFY_KEY,
    trustedProxies: values.TRUSTED_PROXIES ?? noTrustedProxies,
    metricsToken: values.FAUNA_METRICS_TOKEN,
    metricsPort: environment.METRICS_PORT ? values.METRICS_PORT : undefined,
    logLevel: values.LOG_LEVEL ?? (isTerminal ? 'warn' : 'info'),
  };
}

function sourceOf(values: z.output<typeof settings>, directory: string): BearerSource {
  const { FAUNA_SOURCE_DIR: folder } = values;
  const source = folder === undefined ? storeIn(values) : folderAt(resolve(directory, folder));
  if (source !== undefined) return source;
  throw new Error('Cannot tell what to read from: settings without a source were let through');
}

function folderAt(folder: string): BearerSource {
  return { kind: 'folder', folder };
}
