import { isKnownSecret } from '@fauna-flags/bearer/node';
import { readDatabaseUrl } from '../platform/database/index.ts';
import type { Config } from './config.ts';

/** Long enough that nobody guesses it: 32 characters of hex hold 128 bits. */
const adminTokenLength = 32;

/** What Fauna starts with although it is no good, each in one sentence that shows no secret. */
export function configWarnings({
  adminToken,
  databaseUrl,
  store,
}: {
  // An admin token that is absent is made, which is good.
  readonly [Name in 'adminToken' | 'databaseUrl' | 'store']?: Config[Name] | undefined;
}): readonly string[] {
  const warnings = [
    adminToken !== undefined &&
      adminToken.length < adminTokenLength &&
      `FAUNA_ADMIN_TOKEN has fewer than ${adminTokenLength} characters: whoever guesses it may do everything`,
    hasKnownPassword(databaseUrl && readDatabaseUrl(databaseUrl)) &&
      'The password in DATABASE_URL is one that others know or guess: whoever reaches the database owns every flag, the audit trail included',
    store?.kind === 'redis' &&
      hasKnownPassword(URL.canParse(store.url) ? new URL(store.url) : undefined) &&
      'The password in REDIS_URL is one that others know or guess: whoever reaches Redis decides what bearers serve',
  ];
  return warnings.filter((warning) => typeof warning === 'string');
}

function hasKnownPassword(url: URL | '' | undefined): boolean {
  if (url === undefined || url === '' || url.password === '') return false;
  // Judged as it is used: what cannot be decoded was refused before.
  return isKnownSecret(decodeURIComponent(url.password));
}
