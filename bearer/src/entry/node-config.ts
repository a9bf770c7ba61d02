import { resolve } from 'node:path';
import { bearerIdPattern } from '@fauna-flags/protocol';
import { z } from 'zod';
import type { Upstream } from '../bearer-sources.ts';
import { noTrustedProxies, type TrustedProxies } from '../middleware/client-address.ts';
import { absentWhenEmpty, type LogLevel, parseSettings, sharedSettings } from './node-settings.ts';
import { type StoreAddress, storeIn, storeSettings, withOneStore } from './store-settings.ts';

/** What a bearer reads from. */
export type BearerSource =
  /** A store, and who is asked while it is away. */
  | (StoreAddress & { readonly fallback: Upstream | undefined })
  | { readonly kind: 'upstream'; readonly upstream: Upstream }
  /** A folder of snapshot files; absolute. */
  | { readonly kind: 'folder'; readonly folder: string };

/** Everything that can be set from outside for a bearer in a process of its own, parsed and checked once. */
export interface BearerConfig {
  readonly port: number;
  readonly host: string;
  /** Where rulesets and keys come from. */
  readonly source: BearerSource;
  /** Opens `/api/bearer` here too: other bearers may read from this one. */
  readonly bearerToken: string | undefined;
  /** As whom it reports; made up at the start when absent. */
  readonly bearerId: string | undefined;
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
  /** How many processes share the port, on Node; one for each core when absent. */
  readonly workers: number | undefined;
  readonly logLevel: LogLevel;
}

const fields = z.object({
  PORT: sharedSettings.port(3001),
  HOST: sharedSettings.host,
  ...storeSettings,
  MANAGER_URL: sharedSettings.managerUrls,
  FAUNA_SOURCE_DIR: absentWhenEmpty(z.string().optional()),
  FAUNA_BEARER_TOKEN: sharedSettings.bearerToken,
  FAUNA_BEARER_ID: absentWhenEmpty(
    z
      .string()
      .regex(
        bearerIdPattern,
        'must be 1 to 64 letters, digits, ".", "_", ":" or "-", and begin with a letter or a digit',
      )
      .optional(),
  ),
  FAUNA_DATA_DIR: sharedSettings.dataDir,
  FAUNA_VERIFY_KEY: sharedSettings.verifyKeys,
  TRUSTED_PROXIES: sharedSettings.trustedProxies,
  FAUNA_METRICS_TOKEN: sharedSettings.metricsToken,
  METRICS_PORT: absentWhenEmpty(sharedSettings.port(0).optional()),
  FAUNA_WORKERS: absentWhenEmpty(
    z
      .string()
      .regex(/^([1-9]|[1-5]\d|6[0-4])$/, 'must be a number of processes from 1 to 64')
      .transform(Number)
      .optional(),
  ),
  LOG_LEVEL: sharedSettings.logLevel,
});

/** Judged beside the settings one by one, so that every mistake is told together. */
const settings = withOneStore(fields).check((context) => {
  for (const [name, message] of mistakesIn(context.value))
    context.issues.push({ code: 'custom', input: context.value[name], path: [name], message });
});

type Mistake = readonly [name: keyof typeof fields.shape, message: string];

function mistakesIn(values: z.output<typeof fields>): readonly Mistake[] {
  const { REDIS_URL, UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN, MANAGER_URL } = values;
  const mistakes: Mistake[] = [];
  const given = [
    ...(REDIS_URL === undefined ? [] : ['REDIS_URL' as const]),
    ...((UPSTASH_REDIS_REST_URL ?? UPSTASH_REDIS_REST_TOKEN) ? ['UPSTASH_REDIS_REST_URL' as const] : []),
    ...(MANAGER_URL === undefined ? [] : ['MANAGER_URL' as const]),
  ];
  if (values.FAUNA_SOURCE_DIR !== undefined) for (const name of given) mistakes.push([name, twoSources]);
  else if (given.length === 0) mistakes.push(['REDIS_URL', noSource]);
  if (MANAGER_URL !== undefined && values.FAUNA_BEARER_TOKEN === undefined)
    mistakes.push(['FAUNA_BEARER_TOKEN', 'must be set beside MANAGER_URL, to what it is there']);
  return mistakes;
}

const noSource =
  'must be set, like redis://localhost:6379, or else UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN: it is where the manager publishes and bearers read; or MANAGER_URL and FAUNA_BEARER_TOKEN, to read from a manager or another bearer';

const twoSources = 'must not be set together with FAUNA_SOURCE_DIR: a bearer reads from one of them';

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
    bearerToken: values.FAUNA_BEARER_TOKEN,
    bearerId: values.FAUNA_BEARER_ID,
    dataDir: resolve(directory, values.FAUNA_DATA_DIR),
    verifyKeys: values.FAUNA_VERIFY_KEY,
    trustedProxies: values.TRUSTED_PROXIES ?? noTrustedProxies,
    metricsToken: values.FAUNA_METRICS_TOKEN,
    metricsPort: environment.METRICS_PORT ? values.METRICS_PORT : undefined,
    workers: values.FAUNA_WORKERS,
    logLevel: values.LOG_LEVEL ?? (isTerminal ? 'warn' : 'info'),
  };
}

function sourceOf(values: z.output<typeof settings>, directory: string): BearerSource {
  const { FAUNA_SOURCE_DIR: folder, MANAGER_URL: urls, FAUNA_BEARER_TOKEN: token } = values;
  if (folder !== undefined) return { kind: 'folder', folder: resolve(directory, folder) };
  const upstream = urls === undefined || token === undefined ? undefined : { urls, token };
  const store = storeIn(values);
  if (store !== undefined) return { ...store, fallback: upstream };
  if (upstream !== undefined) return { kind: 'upstream', upstream };
  throw new Error('Cannot tell what to read from: settings without a source were let through');
}
