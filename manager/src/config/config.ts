import { type LogLevel, type StoreAddress, storeIn } from '@fauna-flags/bearer/node';
import type { OidcSettings } from '../features/access/index.ts';
import type { EgressOptions } from '../platform/egress/index.ts';
import { type Address, addressIn } from './address.ts';
import { type Credentials, readCredentials } from './credentials.ts';
import { type DatabasePlace, databasePlaceIn } from './database-place.ts';
import { oidcIn } from './oidc.ts';
import { readSecrets, type Secrets } from './secrets.ts';
import { readSettings, type SettingsSource } from './settings.ts';
import { webhookEgressIn } from './webhook-egress.ts';

/** Everything that can be set from outside, parsed and checked once. */
export interface Config extends Address, DatabasePlace, Credentials, Secrets {
  /** Absent: the store is memory, and a bearer runs in the same process. */
  readonly store: StoreAddress | undefined;
  /** The identity provider that people may sign in through. */
  readonly oidc: OidcSettings | undefined;
  /** How long counts of evaluations are kept. */
  readonly usageDays: number;
  /** Where webhooks may lead, beside the public internet over https. */
  readonly webhookEgress: EgressOptions;
  /** Whether the sample project is put in at the first boot. */
  readonly sample: boolean;
  readonly logLevel: LogLevel;
}

/**
 * Reads what a manager starts with; secrets that nobody has set are made, and kept in its data folder. `isTerminal`
 * quietens the log, since a person reads what is printed beside it.
 *
 * Throws `StartError` that lists every mistake together.
 */
export async function readConfig({
  environment,
  directory,
  isTerminal,
}: SettingsSource & { readonly isTerminal: boolean }): Promise<Config> {
  const settings = readSettings(environment);
  const place = databasePlaceIn(settings.database, directory);
  const store = storeIn(settings.store);
  return {
    ...addressIn(settings.address),
    ...place,
    ...(await readCredentials(settings.credentials, place.dataDir)),
    ...(await readSecrets(settings.secrets, place.dataDir)),
    store,
    oidc: oidcIn(settings.oidc),
    usageDays: settings.usage.FAUNA_USAGE_DAYS,
    webhookEgress: webhookEgressIn(settings.webhooks),
    // Whoever brings a database or a store is about to release something: an example would be in the way.
    sample: settings.sample.FAUNA_SAMPLE ?? (place.databaseUrl === undefined && store === undefined),
    logLevel: settings.log.LOG_LEVEL ?? (isTerminal ? 'warn' : 'info'),
  };
}
