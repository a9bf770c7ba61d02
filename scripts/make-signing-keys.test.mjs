import { createPublicKey } from 'node:crypto';
import { parseEd25519Key } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { snapshotSigner } from '../manager/src/features/publishing/snapshot-signer.ts';
import { makeSigningKeys } from './make-signing-keys.mjs';

describe('makeSigningKeys()', () => {
  it('makes settings that manager and bearer accept, another pair each time', async () => {
    const settings = () =>
      Object.fromEntries(
        makeSigningKeys()
          .trim()
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      );
    const { FAUNA_SIGNING_KEY, FAUNA_VERIFY_KEY } = settings();
    const { key: secret } = parseEd25519Key(FAUNA_SIGNING_KEY, 'secret');
    const { key: open } = parseEd25519Key(FAUNA_VERIFY_KEY, 'public');
    expect(settings().FAUNA_VERIFY_KEY).not.toBe(FAUNA_VERIFY_KEY);
    const position = { epoch: 1, version: 2, hash: 'a'.repeat(64) };
    expect(snapshotSigner(secret)('keys', position)).toHaveLength(86);
    expect(
      createPublicKey({
        key: Buffer.from(FAUNA_VERIFY_KEY, 'base64'),
        format: 'der',
        type: 'spki',
      }).export({
        format: 'jwk',
      }).x,
    ).toBe(Buffer.from(open).toString('base64url'));
  });
});
