import type { Snapshot } from '@fauna-flags/protocol';
import type { BearerCrypto } from '../crypto.ts';

/**
 * More than any ruleset has (core takes values of 64 levels), and few enough that whatever walks it by calling itself has
 * stack left. A single flag that is deeper than core allows is an error of its own; this is for what would break us all.
 */
const depthMax = 1_000;

/** What a snapshot must be before anything of it is read. */
export interface SnapshotBounds {
  readonly bytesMax: number;
  readonly crypto: BearerCrypto;
  /** Whether the signature is one of our managers'; absent where nothing is signed. */
  readonly isSigned: ((snapshot: Snapshot) => boolean) | undefined;
}

/**
 * Judges bytes that came from outside without understanding them: their size, how deep they nest, their hash, and who
 * vouches for them. Throws an Error that says what is wrong.
 */
export function judgeSnapshot(snapshot: Snapshot, { bytesMax, crypto, isSigned }: SnapshotBounds): void {
  const { payload, hash } = snapshot;
  if (payload.length > bytesMax)
    throw new RangeError(`it has ${payload.length} bytes, more than ${bytesMax}`);
  if (isDeep(payload)) throw new RangeError(`it is nested deeper than ${depthMax} levels`);
  if (crypto.sha256Hex(payload) !== hash)
    throw new Error('the bytes do not have the hash that the snapshot names');
  if (isSigned !== undefined && !isSigned(snapshot))
    throw new Error(
      snapshot.signature === undefined
        ? 'it is not signed, and FAUNA_VERIFY_KEY asks for that'
        : 'its signature is not by any key of FAUNA_VERIFY_KEY',
    );
}

const quote = 0x22;
const backslash = 0x5c;

/** Counts brackets outside of texts: JSON.parse itself would take any depth, and leave something that breaks others. */
function isDeep(bytes: Uint8Array): boolean {
  let depth = 0;
  let inText = false;
  for (let place = 0; place < bytes.length; place += 1) {
    const byte = bytes[place];
    if (inText) {
      if (byte === backslash) place += 1;
      else if (byte === quote) inText = false;
    } else if (byte === quote) inText = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return false;
}
