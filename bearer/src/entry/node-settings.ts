import { parseEd25519Key } from '@fauna-flags/protocol';
import { z } from 'zod';
import { isKnownSecret, knownSecretMessage } from './known-secret.ts';
import { StartError } from './start-error.ts';
import { parseTrustedProxies } from './trusted-proxies.ts';

/** An empty variable is an absent one: compose files and CI systems write `NAME=` for "not set". */
export const absentWhenEmpty = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema);

/** Settings that mean the same to every process of Fauna. */
export const sharedSettings = {
  port: (byDefault: number) =>
    absentWhenEmpty(
      z
        .string()
        .regex(/^\d{1,5}$/, 'must be a port number from 0 to 65535')
        .default(String(byDefault))
        .transform(Number)
        .refine((port) => port <= 65_535, 'must be a port number from 0 to 65535'),
    ),
  host: absentWhenEmpty(z.string().default('127.0.0.1')),
  /** Addresses and ranges whose `X-Forwarded-*` headers are believed; nobody's when absent. */
  trustedProxies: absentWhenEmpty(
    z
      .string()
      .transform((text, context) => {
        const proxies = parseTrustedProxies(text);
        if (typeof proxies === 'function') return proxies;
        context.addIssue({
          code: 'custom',
          message: `must be IP addresses or ranges like 10.0.0.0/8, separated by commas: "${proxies.wrong}" is neither`,
        });
        return z.NEVER;
      })
      .optional(),
  ),
  /** What opens `/metrics` on the port that everybody can reach. */
  metricsToken: absentWhenEmpty(
    z
      .string()
      .regex(/^[\x21-\x7e]{32,200}$/, 'must have 32 to 200 visible ASCII characters')
      .refine((token) => !isKnownSecret(token), knownSecretMessage)
      .optional(),
  ),
  /** What bearers show to a manager, and to one another; the same everywhere. Nobody serves bearers without it. */
  bearerToken: absentWhenEmpty(
    z
      .string()
      .regex(/^[\x21-\x7e]{32,200}$/, 'must have 32 to 200 visible ASCII characters')
      .refine((token) => !isKnownSecret(token), knownSecretMessage)
      .optional(),
  ),
  /** Managers, or bearers, to read from where there is no store or none that can be used; by commas, in this order. */
  managerUrls: absentWhenEmpty(
    z
      .string()
      .transform((texts, context) =>
        texts.split(',').map((text) => {
          if (isBaseAddress(text.trim())) return text.trim().replace(/\/+$/, '');
          // Not shown: somebody may have written a password into it.
          context.addIssue({
            code: 'custom',
            message: 'must be addresses like http://manager:3000, separated by commas, without user or query',
          });
          return z.NEVER;
        }),
      )
      .optional(),
  ),
  /** Where everything that is kept on disk lies. */
  dataDir: absentWhenEmpty(z.string().default('./data')),
  /** Public keys of managers, by commas; see `parseEd25519Key`. */
  verifyKeys: absentWhenEmpty(
    z
      .string()
      .transform((texts, context) =>
        texts.split(',').map((text) => {
          const read = parseEd25519Key(text, 'public');
          if ('key' in read) return read.key;
          context.addIssue({ code: 'custom', message: read.problem });
          return z.NEVER;
        }),
      )
      .optional(),
  ),
  /** The secret key that a manager signs with. */
  signingKey: absentWhenEmpty(
    z
      .string()
      .transform((text, context) => {
        const read = parseEd25519Key(text, 'secret');
        const isKnown = 'key' in read && read.key.every((byte) => byte === read.key[0]);
        if ('key' in read && !isKnown) return read.key;
        const message =
          'problem' in read ? read.problem : 'must be a key that nobody guesses: "npm run keys"';
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      })
      .optional(),
  ),
  logLevel: absentWhenEmpty(
    z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
        error: 'must be one of fatal, error, warn, info, debug, silent',
      })
      .optional(),
  ),
} as const;

/** How much is logged. */
export type LogLevel = NonNullable<z.output<typeof sharedSettings.logLevel>>;

/** Reads settings. Throws `StartError` that lists every mistake together; `what` is what cannot be started. */
export function parseSettings<Schema extends z.ZodType>({
  schema,
  environment,
  what,
}: {
  readonly schema: Schema;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly what: string;
}): z.output<Schema> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  // Before its name there may stand what a setting is about, where settings are judged by that.
  const mistakes = parsed.error.issues.map(({ path, message }) => `  ${String(path.at(-1))} ${message}`);
  throw new StartError(
    `Cannot start ${what}: ${mistakes.length} setting(s) cannot be used\n${mistakes.join('\n')}`,
  );
}

function isBaseAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
}

/**
 * Whether an address was read as it was meant: a password with a bare `#`, `/`, `?` or `%` ends the address early or
 * cannot be decoded, and what is left of it would turn up in messages as the name of a host.
 */
export function isWholeAddress({ username, password, hostname, pathname, search, hash }: URL): boolean {
  const strays = username === '' && password === '' && `${pathname}${search}`.includes('@');
  return hash === '' && !strays && [username, password, hostname].every(isDecodable);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
