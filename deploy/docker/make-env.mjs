/*
 * Writes the secrets that docker-compose.yml asks for into `.env`, each made at random. What stands there already is kept,
 * so that it can be run again after an update which needs one more.
 *
 *   node deploy/docker/make-env.mjs
 */
import { randomBytes } from 'node:crypto';
import { appendFileSync, chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Hexadecimal, since some stand in addresses. */
export const secretNames = [
  'POSTGRES_PASSWORD',
  'REDIS_PASSWORD',
  'FAUNA_ADMIN_TOKEN',
  'FAUNA_SECRET',
  'FAUNA_BEARER_TOKEN',
];

/** Adds what `file` lacks and answers the names that were added. Only this account can read the file afterwards. */
export function makeEnv(file) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const missing = secretNames.filter((name) => !new RegExp(`^${name}=.`, 'm').test(text));
  const lines = missing.map((name) => `${name}=${randomBytes(32).toString('hex')}\n`);
  const separator = text === '' || text.endsWith('\n') ? '' : '\n';
  appendFileSync(file, separator + lines.join(''), { mode: 0o600 });
  chmodSync(file, 0o600);
  return missing;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(process.cwd(), '.env');
  const added = makeEnv(file);
  process.stdout.write(
    added.length === 0
      ? `${file} has all secrets already\n`
      : `Wrote ${added.join(', ')} to ${file}, which only this account can read\n`,
  );
}
