import { randomBytes } from 'node:crypto';
import { isAbsolute, resolve } from 'node:path';
import {
  absentWhenEmpty,
  isKnownSecret,
  isWholeAddress,
  knownSecretMessage,
  type LogLevel,
  parseSettings,
  type StoreAddress,
  sharedSettings,
  storeIn,
  storeSettings,
  withOneStore,
} from '@fauna-flags/bearer/node';
import { z } from 'zod';
import type { OidcSettings } from './features/access/index.ts';
import { readDatabaseUrl } from './platform/database/index.ts';
import type { EgressOptions } from './platform/egress/index.ts';
import { noTrustedProxies, type TrustedProxies } from './platform/http/index.ts';
import { readOrMakeSecretFile, readSecretFile } from './platform/secret-file.ts';

/** Everything that can be set from outside, parsed and checked once. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Where everything that is kept on disk lies; absolute. */
  readonly dataDir: string;
  /** Absent: an embedded server below `dataDir`. */
  readonly databaseUrl?: string | undefined;
  /** Absent: the store is memory, and a bearer runs in the same process. */
  readonly store?: StoreAddress | undefined;
  readonly adminToken: string;
  /** True when the token was made here, and so must be shown to whoever started Fauna. */
  readonly adminTokenGenerated: boolean;
  /** What cookies are signed with and the one-time link follows from; the same on all managers of an installation. */
  readonly secret: string;
  /** The origin under which browsers reach Fauna, where it is not the one that it listens on. */
  readonly url?: string | undefined;
  /** The 32 bytes of an Ed25519 seed: what is published is signed with it. Absent: nothing is signed. */
  readonly signingKey?: Uint8Array | undefined;
  /** The identity provider that people may sign in through. */
  readonly oidc?: OidcSettings | undefined;
  /** Whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: TrustedProxies;
  /** SDK keys of project `default`, environment `production`, that exist from the first boot on. */
  readonly clientKey?: string | undefined;
  readonly serverKey?: string | undefined;
  /** Opens `/api/bearer`, where bearers read while the store is away; without it nobody may. */
  readonly bearerToken?: string | undefined;
  /** Opens `/metrics`; without it the path does not exist. */
  readonly metricsToken?: string | undefined;
  /** How long counts of evaluations are kept. */
  readonly usageDays: number;
  /** Where webhooks may lead, beside the public internet over https. */
  readonly webhookEgress: EgressOptions;
  /** Whether the sample project is put in at the first boot. */
  readonly sample: boolean;
  readonly logLevel: LogLevel;
}

/** A year, and a month to compare it with the one before. */
const usageDaysKept = 400;

const visibleAscii = /^[\x21-\x7e]+$/;

const sdkKey = absentWhenEmpty(
  z
    .string()
    .regex(visibleAscii, 'must be visible ASCII characters')
    .min(32, 'must have 32 to 200 characters')
    .max(200, 'must have 32 to 200 characters')
    .refine((key) => !isKnownSecret(key), knownSecretMessage)
    .optional(),
);

const secret = z.string().superRefine((value, context) => {
  const message = isKnownSecret(value)
    ? knownSecretMessage
    : value.length < 32 || value.length > 1024
      ? 'must have 32 to 1024 characters: make one with "openssl rand -base64 48"'
      : undefined;
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const yesOrNo = absentWhenEmpty(z.enum(['true', 'false'], 'must be "true" or "false"').optional());

const origin = z.string().transform((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && `${url.origin}/` === url.href && /^https?:$/.test(url.protocol);
  if (isOrigin) return url.origin;
  context.addIssue({
    code: 'custom',
    message: 'must be an address like https://flags.example.com, without a path',
  });
  return z.NEVER;
});

/** What a provider calls itself: an address, to the letter. Only on this very machine may it be one without TLS. */
const issuer = z
  .string()
  .max(500)
  .refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || url.username !== '' || url.password !== '' || /[?#]/.test(text)) return false;
    const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
    return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal);
  }, 'must be the address of an issuer like https://id.example.com, without what comes after /.well-known');

/** Judged here, because whatever trips over it later would print it, password and all. */
function isDatabaseUrl(text: string): boolean {
  const url = readDatabaseUrl(text);
  return url !== undefined && isWholeAddress(url);
}

/** What a provider cannot do without: all of it, or none. */
const oidcSettingNames = [
  'FAUNA_OIDC_ISSUER',
  'FAUNA_OIDC_CLIENT_ID',
  'FAUNA_OIDC_CLIENT_SECRET',
  'FAUNA_URL',
] as const;

const environmentSchema = z
  .object({
    PORT: sharedSettings.port(3000),
    HOST: sharedSettings.host,
    FAUNA_DATA_DIR: sharedSettings.dataDir,
    FAUNA_SIGNING_KEY: sharedSettings.signingKey,
    DATABASE_URL: absentWhenEmpty(
      z
        .string()
        .regex(/^postgres(ql)?:\/\//, {
          abort: true,
          error: 'must be a connection string that begins with postgres://',
        })
        .refine(
          isDatabaseUrl,
          'must be an address like postgres://user:password@host:5432/database; encode #, /, ?, @ and % in the password',
        )
        .optional(),
    ),
    ...storeSettings,
    FAUNA_ADMIN_TOKEN: absentWhenEmpty(
      z
        .string()
        .regex(visibleAscii, 'must be visible ASCII characters')
        .max(200, 'must have at most 200 characters')
        .refine((token) => !isKnownSecret(token), knownSecretMessage)
        .optional(),
    ),
    FAUNA_SECRET: absentWhenEmpty(secret.optional()),
    FAUNA_URL: absentWhenEmpty(origin.optional()),
    FAUNA_OIDC_ISSUER: absentWhenEmpty(issuer.optional()),
    FAUNA_OIDC_CLIENT_ID: absentWhenEmpty(
      z.string().max(500).regex(visibleAscii, 'must be visible ASCII characters').optional(),
    ),
    FAUNA_OIDC_CLIENT_SECRET: absentWhenEmpty(
      z
        .string()
        .max(2000)
        .regex(/^[\x20-\x7e]+$/, 'must be ASCII characters')
        .optional(),
    ),
    FAUNA_OIDC_NAME: absentWhenEmpty(
      z
        .string()
        .max(60, 'must have at most 60 characters')
        .regex(/\S/, 'must hold more than white space')
        .optional(),
    ),
    TRUSTED_PROXIES: sharedSettings.trustedProxies,
    FAUNA_BEARER_TOKEN: sharedSettings.bearerToken,
    FAUNA_METRICS_TOKEN: sharedSettings.metricsToken,
    FAUNA_CLIENT_KEY: sdkKey,
    FAUNA_SERVER_KEY: sdkKey,
    FAUNA_USAGE_DAYS: absentWhenEmpty(
      z
        .string()
        .regex(/^[1-9]\d{0,3}$/, 'must be a number of days from 1 to 9999')
        .transform(Number)
        .optional(),
    ),
    FAUNA_WEBHOOKS_INSECURE: yesOrNo,
    // The same form as the list of proxies: addresses and ranges.
    FAUNA_WEBHOOKS_NETWORKS: sharedSettings.trustedProxies,
    FAUNA_SAMPLE: yesOrNo,
    LOG_LEVEL: sharedSettings.logLevel,
  })
  .refine(
    (values) => values.FAUNA_CLIENT_KEY === undefined || values.FAUNA_CLIENT_KEY !== values.FAUNA_SERVER_KEY,
    {
      path: ['FAUNA_SERVER_KEY'],
      message: 'must not be the same as FAUNA_CLIENT_KEY: one is public, the other a secret',
    },
  )
  .refine(
    ({ FAUNA_BEARER_TOKEN: token, ...others }) =>
      token === undefined ||
      ![others.FAUNA_ADMIN_TOKEN, others.FAUNA_CLIENT_KEY, others.FAUNA_SERVER_KEY].includes(token),
    {
      path: ['FAUNA_BEARER_TOKEN'],
      message: 'must not be the same as FAUNA_ADMIN_TOKEN or an SDK key: each opens something else',
    },
  )
  .superRefine((values, context) => {
    const isMeant = Object.keys(values).some(
      (name) => name.startsWith('FAUNA_OIDC_') && values[name as keyof typeof values] !== undefined,
    );
    if (!isMeant) return;
    for (const name of oidcSettingNames.filter((each) => values[each] === undefined)) {
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `must be set: signing in through a provider takes ${oidcSettingNames.join(', ')}`,
      });
    }
  });

/** Where the database is, as the settings name it. */
export type DatabasePlace = Pick<Config, 'dataDir' | 'databaseUrl'>;

/**
 * Reads where the database is, and makes nothing that is not there. Every setting is judged as at a start, so that a
 * command never works with settings that no manager would start with.
 *
 * Throws `StartError` that lists every mistake together.
 */
export function readDatabasePlace({ environment, directory }: SettingsSource): DatabasePlace {
  return placeIn(parse(environment), directory);
}

/** Everything that can be read without making a secret that is not there. */
export function readSettings({ environment, directory }: SettingsSource) {
  const values = parse(environment);
  return {
    ...placeIn(values, directory),
    store: storeIn(values),
    url: values.FAUNA_URL,
    adminToken: values.FAUNA_ADMIN_TOKEN,
  };
}

/** What the trail's checkpoints are signed and verified with; no secret is made where there is none. */
export interface SigningSettings {
  readonly secret: string | undefined;
  readonly signingKey: Uint8Array | undefined;
  readonly verifyKeys: readonly Uint8Array[] | undefined;
}

/** Reads them. Throws `StartError` that lists every mistake together. */
export async function readSigningSettings({
  environment,
  directory,
}: SettingsSource): Promise<SigningSettings> {
  const values = parse(environment);
  const { FAUNA_VERIFY_KEY: verifyKeys } = parseSettings({
    schema: z.object({ FAUNA_VERIFY_KEY: sharedSettings.verifyKeys }),
    environment,
    what: 'Fauna',
  });
  const { dataDir } = placeIn(values, directory);
  return {
    secret: values.FAUNA_SECRET ?? (await readSecretFile({ directory: dataDir, name: 'secret' })),
    signingKey: values.FAUNA_SIGNING_KEY,
    verifyKeys,
  };
}

/** The names of all variables that a manager reads. */
export const managerSettingNames: readonly string[] = Object.keys(environmentSchema.shape);

/**
 * Reads the settings. `isTerminal` quietens the log, since a person reads what is printed beside it.
 *
 * Throws `StartError` that lists every mistake together.
 */
export async function readConfig({
  environment,
  directory,
  isTerminal,
}: SettingsSource & { readonly isTerminal: boolean }): Promise<Config> {
  const values = parse(environment);
  const { dataDir, databaseUrl } = placeIn(values, directory);
  const adminToken =
    values.FAUNA_ADMIN_TOKEN ??
    (await readOrMakeSecretFile({
      directory: dataDir,
      name: 'admin-token',
      make: () => `fauna_adm_${randomBytes(32).toString('base64url')}`,
    }));
  const secret =
    values.FAUNA_SECRET ??
    (await readOrMakeSecretFile({
      directory: dataDir,
      name: 'secret',
      make: () => randomBytes(48).toString('base64url'),
    }));
  return {
    port: values.PORT,
    host: values.HOST,
    dataDir,
    databaseUrl,
    store: storeIn(values),
    signingKey: values.FAUNA_SIGNING_KEY,
    adminToken,
    adminTokenGenerated: values.FAUNA_ADMIN_TOKEN === undefined,
    secret,
    url: values.FAUNA_URL,
    oidc: oidcIn(values),
    trustedProxies: values.TRUSTED_PROXIES ?? noTrustedProxies,
    clientKey: values.FAUNA_CLIENT_KEY,
    serverKey: values.FAUNA_SERVER_KEY,
    bearerToken: values.FAUNA_BEARER_TOKEN,
    metricsToken: values.FAUNA_METRICS_TOKEN,
    usageDays: values.FAUNA_USAGE_DAYS ?? usageDaysKept,
    webhookEgress: {
      isInsecure: values.FAUNA_WEBHOOKS_INSECURE === 'true',
      networks: values.FAUNA_WEBHOOKS_NETWORKS ?? (() => false),
    },
    // Whoever brings a database or a store is about to release something: an example would be in the way.
    sample: (values.FAUNA_SAMPLE ?? String(!values.DATABASE_URL && storeIn(values) === undefined)) === 'true',
    logLevel: values.LOG_LEVEL ?? (isTerminal ? 'warn' : 'info'),
  };
}

/** What settings are read from. */
export interface SettingsSource {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What a path in them is relative to. */
  readonly directory: string;
}

function parse(environment: SettingsSource['environment']) {
  return parseSettings({ schema: withOneStore(environmentSchema), environment, what: 'Fauna' });
}

function placeIn(values: ReturnType<typeof parse>, directory: string): DatabasePlace {
  const folder = values.FAUNA_DATA_DIR;
  return {
    dataDir: isAbsolute(folder) ? folder : resolve(directory, folder),
    databaseUrl: values.DATABASE_URL,
  };
}

function oidcIn({
  FAUNA_OIDC_ISSUER: issuer,
  FAUNA_OIDC_CLIENT_ID: clientId,
  FAUNA_OIDC_CLIENT_SECRET: clientSecret,
  FAUNA_OIDC_NAME: name,
}: z.output<typeof environmentSchema>): OidcSettings | undefined {
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return undefined;
  return { issuer, clientId, clientSecret, name: name ?? new URL(issuer).host };
}
