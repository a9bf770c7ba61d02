import { randomBytes } from 'node:crypto';
import { absentWhenEmpty, isKnownSecret, knownSecretMessage, sharedSettings } from '@fauna-flags/bearer/node';
import { z } from 'zod';
import { readOrMakeSecretFile } from '../platform/secret-file.ts';
import { visibleAscii } from './setting-forms.ts';

/** What others show to come in, as far as settings decide it. */
export interface Credentials {
  /** An API token with every right. */
  readonly adminToken: string;
  /** True when the token was made here, and so must be shown to whoever started Fauna. */
  readonly adminTokenGenerated: boolean;
  /** SDK keys of project `default`, environment `production`, that exist from the first boot on. */
  readonly clientKey: string | undefined;
  readonly serverKey: string | undefined;
  /** Opens `/api/bearer`, where bearers read while the store is away; without it nobody may. */
  readonly bearerToken: string | undefined;
  /** Opens `/metrics`; without it the path does not exist. */
  readonly metricsToken: string | undefined;
}

const sdkKey = absentWhenEmpty(
  visibleAscii
    .min(32, 'must have 32 to 200 characters')
    .max(200, 'must have 32 to 200 characters')
    .refine((key) => !isKnownSecret(key), knownSecretMessage)
    .optional(),
);

/** The variables that they are written in; `readCredentials` reads them. */
export const credentialSettings = z
  .object({
    FAUNA_ADMIN_TOKEN: absentWhenEmpty(
      visibleAscii
        .max(200, 'must have at most 200 characters')
        .refine((token) => !isKnownSecret(token), knownSecretMessage)
        .optional(),
    ),
    FAUNA_BEARER_TOKEN: sharedSettings.bearerToken,
    FAUNA_METRICS_TOKEN: sharedSettings.metricsToken,
    FAUNA_CLIENT_KEY: sdkKey,
    FAUNA_SERVER_KEY: sdkKey,
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
  );

/** The credentials that settings name; an admin token that they do not name is made once, and kept in `dataDir`. */
export async function readCredentials(
  values: z.output<typeof credentialSettings>,
  dataDir: string,
): Promise<Credentials> {
  const adminToken =
    values.FAUNA_ADMIN_TOKEN ??
    (await readOrMakeSecretFile({
      directory: dataDir,
      name: 'admin-token',
      make: () => `fauna_adm_${randomBytes(32).toString('base64url')}`,
    }));
  return {
    adminToken,
    adminTokenGenerated: values.FAUNA_ADMIN_TOKEN === undefined,
    clientKey: values.FAUNA_CLIENT_KEY,
    serverKey: values.FAUNA_SERVER_KEY,
    bearerToken: values.FAUNA_BEARER_TOKEN,
    metricsToken: values.FAUNA_METRICS_TOKEN,
  };
}
