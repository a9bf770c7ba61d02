#!/usr/bin/env node
/*
 * Makes a pair of keys for signed snapshots and prints both as settings:
 *
 *   npm run --silent keys
 */
import { generateKeyPairSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';

/** The two lines: what managers sign with, which is a secret, and what bearers verify with. */
export function makeSigningKeys() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const secret = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  const open = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  return `FAUNA_SIGNING_KEY=${secret}\nFAUNA_VERIFY_KEY=${open}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(makeSigningKeys());
