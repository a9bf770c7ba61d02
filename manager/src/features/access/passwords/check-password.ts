import { createHash } from 'node:crypto';
import { passwordLengths } from '@fauna-flags/protocol';
import { unfit } from '../../../platform/http/index.ts';
import { commonPasswords } from './common-passwords.ts';

/**
 * Refuses a new password that is too short, or that guessers try first, in whatever case it is written. What it is made of
 * is nobody's business. 422, at the field `path`; the password is not in it.
 */
export function checkPassword(
  password: string,
  { path = 'password' }: { readonly path?: string } = {},
): void {
  const message =
    [...password].length < passwordLengths.min
      ? `must have at least ${passwordLengths.min} characters`
      : isCommon(password)
        ? 'is one of those that are tried first, because many people have had it: take another, such as a sentence of your own'
        : undefined;
  if (message === undefined) return;
  throw unfit({ what: 'set the password', path, called: 'it', message });
}

/** As the list was folded: whoever tries a password also tries it in capitals. */
function foldPassword(password: string): string {
  return password.normalize('NFKC').toLowerCase();
}

function isCommon(password: string): boolean {
  digests ??= readDigests();
  return digests.has(createHash('sha256').update(foldPassword(password), 'utf8').digest().readUInt32BE());
}

/** Read at the first question: most processes never set a password. */
let digests: ReadonlySet<number> | undefined;

function readDigests(): ReadonlySet<number> {
  const bytes = Buffer.from(commonPasswords, 'base64');
  return new Set(Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(index * 4)));
}
