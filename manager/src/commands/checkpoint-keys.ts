import { parseSettings, sharedSettings } from '@fauna-flags/bearer/node';
import { z } from 'zod';
import { databasePlaceIn } from '../config/database-place.ts';
import { findSecrets } from '../config/secrets.ts';
import { readSettings, type SettingsSource } from '../config/settings.ts';
import type { CheckpointKeys } from '../features/audit/index.ts';

/**
 * What checkpoints of the audit trail are signed and verified with, as settings name it; no secret is made where there
 * is none. Throws `StartError` that lists every mistake together.
 */
export async function readCheckpointKeys({
  environment,
  directory,
}: SettingsSource): Promise<CheckpointKeys> {
  const { secrets, database } = readSettings(environment);
  const { FAUNA_VERIFY_KEY: verifyKeys } = parseSettings({
    schema: z.object({ FAUNA_VERIFY_KEY: sharedSettings.verifyKeys }),
    environment,
    what: 'Fauna',
  });
  return { ...(await findSecrets(secrets, databasePlaceIn(database, directory).dataDir)), verifyKeys };
}
