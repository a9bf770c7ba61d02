import { parseSettings, sharedSettings, storeSettings, withOneStore } from '@fauna-flags/bearer/node';
import { z } from 'zod';
import { addressSettings } from './address.ts';
import { credentialSettings } from './credentials.ts';
import { databaseSettings } from './database-place.ts';
import { oidcSettings } from './oidc.ts';
import { secretSettings } from './secrets.ts';
import { yesOrNo } from './setting-forms.ts';
import { usageSettings } from './usage-days.ts';
import { webhookSettings } from './webhook-egress.ts';

/** What settings are read from. */
export interface SettingsSource {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What a path in them is relative to. */
  readonly directory: string;
}

const concerns = {
  address: addressSettings,
  database: databaseSettings,
  store: withOneStore(z.object(storeSettings)),
  credentials: credentialSettings,
  secrets: secretSettings,
  oidc: oidcSettings,
  webhooks: webhookSettings,
  usage: usageSettings,
  sample: z.object({ FAUNA_SAMPLE: yesOrNo }),
  log: z.object({ LOG_LEVEL: sharedSettings.logLevel }),
};

// Every concern is judged by itself, so that a mistake in one hides none of another.
const schema = z.preprocess(
  (environment) => Object.fromEntries(Object.keys(concerns).map((concern) => [concern, environment])),
  z.object(concerns),
);

/** The variables of a manager, judged, by what they are about. */
export type Settings = z.output<typeof schema>;

/** The names of all variables that a manager reads. */
export const managerSettingNames: readonly string[] = [
  ...new Set(Object.values(concerns).flatMap(({ shape }) => Object.keys(shape))),
];

/**
 * Reads the variables and makes nothing that is not there. All of them are judged, also for a command that takes few: it
 * never works with settings that no manager would start with.
 *
 * Throws `StartError` that lists every mistake together.
 */
export function readSettings(environment: SettingsSource['environment']): Settings {
  return parseSettings({ schema, environment, what: 'Fauna' });
}
