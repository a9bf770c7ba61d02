/*
 * `npm run doctor`: looks through everything that an installation stands on, and says what to do about what is not well.
 * Ends with 0, and with 1 when something is broken. It changes nothing.
 */
import { parseArgs } from 'node:util';
import { type StoreAddress, storeIn } from '@fauna-flags/bearer/node';
import { pino } from 'pino';
import { openStore } from '../composition/delivery.ts';
import { configWarnings } from '../config/config-warnings.ts';
import { databasePlaceIn } from '../config/database-place.ts';
import { readSettings, type Settings, type SettingsSource } from '../config/settings.ts';
import { postgresHeartbeats, withHeartbeatsOf } from '../features/publishing/index.ts';
import { reasonOf } from '../platform/reason-of.ts';
import { checkAddress } from './doctor/check-address.ts';
import { checkBearers } from './doctor/check-bearers.ts';
import { checkDatabase } from './doctor/check-database.ts';
import { checkFolder, checkNode } from './doctor/check-machine.ts';
import { checkStore } from './doctor/check-store.ts';
import { type Finding, fail, ok, warn } from './doctor/finding.ts';
import { type OpenDatabase, openDatabase } from './open-database.ts';

const source: SettingsSource = { environment: process.env, directory: process.cwd() };

const findings = await examine();
process.exitCode = findings.some(({ state }) => state === 'fail') ? 1 : 0;
print(findings);
process.exit();

async function examine(): Promise<readonly Finding[]> {
  let settings: Settings;
  try {
    settings = readSettings(source.environment);
  } catch (error) {
    return [checkNode(), fail('settings', reasonOf(error))];
  }
  const { dataDir, databaseUrl } = databasePlaceIn(settings.database, source.directory);
  const store = storeIn(settings.store);
  const warnings = configWarnings({
    databaseUrl,
    store,
    adminToken: settings.credentials.FAUNA_ADMIN_TOKEN,
  });
  return [
    checkNode(),
    ...(warnings.length === 0
      ? [ok('settings', 'can be used')]
      : warnings.map((text) => warn('settings', text))),
    ...(await guarded('data folder', () => checkFolder(dataDir))),
    ...(await guarded('store', () => checkStore(store))),
    ...(await guarded('address', async () => [await checkAddress(settings.address.FAUNA_URL)])),
    ...(await guarded('database', () => examineDatabase(store))),
  ];
}

async function examineDatabase(store: StoreAddress | undefined): Promise<readonly Finding[]> {
  const opened = await openDatabase(source);
  try {
    return [
      ...(await guarded('database', () => checkDatabase(opened))),
      ...(await guarded('bearers', () => examineBearers(opened, store))),
    ];
  } finally {
    await opened.close();
  }
}

async function examineBearers(
  { database }: OpenDatabase,
  store: StoreAddress | undefined,
): Promise<readonly Finding[]> {
  const told = postgresHeartbeats(database);
  if (store === undefined) return checkBearers(database, await told.all());
  const opened = openStore(store, pino({ level: 'silent' }));
  try {
    return await checkBearers(database, await withHeartbeatsOf(opened, told).heartbeats());
  } finally {
    await opened.close();
  }
}

/** What cannot even be looked at is broken, and the rest is looked at all the same. */
async function guarded(check: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  return look().catch((error: unknown) => [fail(check, reasonOf(error))]);
}

function print(all: readonly Finding[]): void {
  const args = parseArgs({ options: { json: { type: 'boolean' } }, strict: false });
  if (args.values.json === true)
    console.log(JSON.stringify({ ok: process.exitCode === 0, findings: all }, undefined, 2));
  else for (const { check, state, text } of all) console.log(`${state.padEnd(4)}  ${check}: ${text}`);
}
