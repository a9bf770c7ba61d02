/** The kinds of key that a setting may hold, by what their DER form begins with. */
const der = {
  /** SubjectPublicKeyInfo: 12 bytes, then the key. */
  public: [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00],
  /** PKCS #8: 16 bytes, then the seed. */
  secret: [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20],
} as const;

const keyLength = 32;

/**
 * Reads an Ed25519 key as people have it: PEM, base64 of the DER form (what stands between the lines of a PEM), or base64 of
 * the 32 bytes alone. Answers the 32 bytes, or a sentence on what would be right; it repeats nothing of the text, which may
 * be a secret. Line breaks may be written as `\n`, since many files of settings know no others.
 */
export function parseEd25519Key(
  text: string,
  kind: 'public' | 'secret',
): { readonly key: Uint8Array } | { readonly problem: string } {
  const wanted =
    kind === 'public' ? 'the public key of an Ed25519 pair' : 'the private key of an Ed25519 pair';
  const bytes = bytesOf(text);
  if (bytes === undefined) return { problem: `must be ${wanted}, in PEM or base64` };
  if (bytes.length === keyLength) return { key: bytes };
  if (isDer(bytes, kind)) return { key: bytes.subarray(der[kind].length) };
  if (isDer(bytes, kind === 'public' ? 'secret' : 'public'))
    return { problem: `must be ${wanted}: it is the other one of the two` };
  return { problem: `must be ${wanted}: it is no Ed25519 key, or cut off` };
}

function bytesOf(text: string): Uint8Array | undefined {
  const base64 = text
    .replaceAll('\\n', '\n')
    .replace(/-----(BEGIN|END) (PUBLIC|PRIVATE) KEY-----/g, '')
    .replace(/\s/g, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/=+$/, '');
  if (!/^[A-Za-z0-9+/]+$/.test(base64) || base64.length % 4 === 1) return undefined;
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function isDer(bytes: Uint8Array, kind: 'public' | 'secret'): boolean {
  const start = der[kind];
  return bytes.length === start.length + keyLength && start.every((byte, place) => bytes[place] === byte);
}
