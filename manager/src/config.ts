import { randomBytes } from 'node:crypto';
import { isAbsolute, resolve } from 'node:path';
import { z } from 'zod';
import { readOrMakeSecretFile } from './platform/secret-file.ts';
import { StartError } from './platform/start-error.ts';

/** Everything that can be set from outside, parsed and checked once. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Where everything that is kept on disk lies; absolute. */
  readonly dataDir: string;
  /** Absent: an embedded server below `dataDir`. */
  readonly databaseUrl?: string | undefined;
  readonly adminToken: string;
  /** True when the token was made here, and so must be shown to whoever started Fauna. */
  readonly adminTokenGenerated: boolean;
  /** SDK keys of project `default`, environment `production`, that exist from the first boot on. */
  readonly clientKey?: string | undefined;
  readonly serverKey?: string | undefined;
  /** Whether the sample project is put in at the first boot. */
  readonly sample: boolean;
  readonly logLevel: LogLevel;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;
type LogLevel = (typeof logLevels)[number];

const visibleAscii = /^[\x21-\x7e]+$/;

/** An empty variable is an absent one: compose files and CI systems write `NAME=` for "not set". */
const absentWhenEmpty = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema);

const sdkKey = absentWhenEmpty(
  z
    .string()
    .regex(visibleAscii, 'must be visible ASCII characters')
    .min(32, 'must have 32 to 200 characters')
    .max(200, 'must have 32 to 200 characters')
    .optional(),
);

const environmentSchema = z
  .object({
    PORT: absentWhenEmpty(
      z
        .string()
        .regex(/^\d{1,5}$/, 'must be a port number from 0 to 65535')
        .default('3000')
        .transform(Number)
        .refine((port) => port <= 65_535, 'must be a port number from 0 to 65535'),
    ),
    HOST: absentWhenEmpty(z.string().default('127.0.0.1')),
    FAUNA_DATA_DIR: absentWhenEmpty(z.string().default('./data')),
    DATABASE_URL: absentWhenEmpty(
      z
        .string()
        .regex(/^postgres(ql)?:\/\//, 'must be a connection string that begins with postgres://')
        .optional(),
    ),
    REDIS_URL: absentWhenEmpty(
      z.undefined('is not supported yet: without it the store is memory and a bearer runs in this process'),
    ),
    FAUNA_ADMIN_TOKEN: absentWhenEmpty(
      z
        .string()
        .regex(visibleAscii, 'must be visible ASCII characters')
        .max(200, 'must have at most 200 characters')
        .optional(),
    ),
    FAUNA_CLIENT_KEY: sdkKey,
    FAUNA_SERVER_KEY: sdkKey,
    FAUNA_SAMPLE: absentWhenEmpty(z.enum(['true', 'false'], 'must be "true" or "false"').optional()),
    LOG_LEVEL: absentWhenEmpty(z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).optional()),
  })
  .refine(
    (values) => values.FAUNA_CLIENT_KEY === undefined || values.FAUNA_CLIENT_KEY !== values.FAUNA_SERVER_KEY,
    {
      path: ['FAUNA_SERVER_KEY'],
      message: 'must not be the same as FAUNA_CLIENT_KEY: one is public, the other a secret',
    },
  );

/**
 * Reads the settings. `isTerminal` quietens the log, since a person reads what is printed beside it.
 *
 * Throws `StartError` that lists every mistake together.
 */
export async function readConfig({
  environment,
  directory,
  isTerminal,
}: {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  readonly isTerminal: boolean;
}): Promise<Config> {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map((issue) => `  ${issue.path.join('.')} ${issue.message}`);
    throw new StartError(
      `Cannot start Fauna: ${mistakes.length} setting(s) cannot be used\n${mistakes.join('\n')}`,
    );
  }
  const values = parsed.data;
  const dataDir = isAbsolute(values.FAUNA_DATA_DIR)
    ? values.FAUNA_DATA_DIR
    : resolve(directory, values.FAUNA_DATA_DIR);
  const adminToken =
    values.FAUNA_ADMIN_TOKEN ??
    (await readOrMakeSecretFile({
      directory: dataDir,
      name: 'admin-token',
      make: () => `fauna_adm_${randomBytes(32).toString('base64url')}`,
    }));
  return {
    port: values.PORT,
    host: values.HOST,
    dataDir,
    databaseUrl: values.DATABASE_URL,
    adminToken,
    adminTokenGenerated: values.FAUNA_ADMIN_TOKEN === undefined,
    clientKey: values.FAUNA_CLIENT_KEY,
    serverKey: values.FAUNA_SERVER_KEY,
    sample:
      values.FAUNA_SAMPLE === undefined ? values.DATABASE_URL === undefined : values.FAUNA_SAMPLE === 'true',
    logLevel: values.LOG_LEVEL ?? (isTerminal ? 'warn' : 'info'),
  };
}
