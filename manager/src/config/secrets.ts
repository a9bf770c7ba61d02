import { randomBytes } from 'node:crypto';
import { absentWhenEmpty, isKnownSecret, knownSecretMessage, sharedSettings } from '@fauna-flags/bearer/node';
import { z } from 'zod';
import { readOrMakeSecretFile, readSecretFile } from '../platform/secret-file.ts';

/** What a manager signs with; nobody ever shows it. */
export interface Secrets {
  /** What cookies are signed with and the one-time link follows from; the same on all managers of an installation. */
  readonly secret: string;
  /** The 32 bytes of an Ed25519 seed: what is published is signed with it. Absent: nothing is signed. */
  readonly signingKey: Uint8Array | undefined;
}

const secret = z.string().superRefine((value, context) => {
  const message = isKnownSecret(value)
    ? knownSecretMessage
    : value.length < 32 || value.length > 1024
      ? 'must have 32 to 1024 characters: make one with "openssl rand -base64 48"'
      : undefined;
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** The variables that they are written in; `readSecrets` reads them. */
export const secretSettings = z.object({
  FAUNA_SECRET: absentWhenEmpty(secret.optional()),
  FAUNA_SIGNING_KEY: sharedSettings.signingKey,
});

type SecretValues = z.output<typeof secretSettings>;

const secretFile = 'secret';

/** The secrets that settings name; a secret that they do not name is made once, and kept in `dataDir`. */
export async function readSecrets(values: SecretValues, dataDir: string): Promise<Secrets> {
  const make = () => randomBytes(48).toString('base64url');
  return {
    secret:
      values.FAUNA_SECRET ?? (await readOrMakeSecretFile({ directory: dataDir, name: secretFile, make })),
    signingKey: values.FAUNA_SIGNING_KEY,
  };
}

/** The same, for what must not make a secret where there is none. */
export async function findSecrets(
  values: SecretValues,
  dataDir: string,
): Promise<{ readonly [Name in keyof Secrets]: Secrets[Name] | undefined }> {
  return {
    secret: values.FAUNA_SECRET ?? (await readSecretFile({ directory: dataDir, name: secretFile })),
    signingKey: values.FAUNA_SIGNING_KEY,
  };
}
