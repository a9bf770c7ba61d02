import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CheckpointKeys, readCheckpoint, writeCheckpoint } from './checkpoint.ts';

const chain = '11111111-1111-4111-8111-111111111111';
const end = { seq: 7n, hash: randomBytes(32) };
const verdict = { chain, project: 'demo', entries: 7, end, flaw: undefined };
const at = new Date('2030-01-01T00:00:00.000Z');
const secret = 'the-secret-of-an-installation';
const signingKey = randomBytes(32);
const publicKey = createPublicKey(
  createPrivateKey({
    key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), signingKey]),
    format: 'der',
    type: 'pkcs8',
  }),
).export({ format: 'der', type: 'spki' });
const verifyKey = publicKey.subarray(12);

describe('S-35 a checkpoint of the audit trail', () => {
  it.each<[string, CheckpointKeys, CheckpointKeys, string]>([
    ['the secret', { secret }, { secret }, 'hmac-sha256'],
    ['the signing key', { secret, signingKey }, { secret, signingKey }, 'ed25519'],
    [
      'the public key alone',
      { secret, signingKey },
      { secret: undefined, verifyKeys: [randomBytes(32), verifyKey] },
      'ed25519',
    ],
    ['the secret, signed before there was a signing key', { secret }, { secret, signingKey }, 'hmac-sha256'],
  ])('is believed with %s', (_, written, read, algorithm) => {
    const text = writeCheckpoint([verdict], at, written);
    expect(JSON.parse(text).algorithm).toBe(algorithm);
    expect(readCheckpoint(text, read)).toEqual({ at: at.toISOString(), seen: new Map([[chain, end]]) });
  });

  it.each<[string, CheckpointKeys, CheckpointKeys, RegExp]>([
    ['another secret', { secret }, { secret: 'another' }, /FAUNA_SECRET/],
    [
      'no secret',
      { secret },
      { secret: undefined, verifyKeys: [verifyKey] },
      /set it to the one of the managers/,
    ],
    ['another key', { secret, signingKey }, { secret, signingKey: randomBytes(32) }, /FAUNA_VERIFY_KEY/],
    ['no key', { secret, signingKey }, { secret }, /set FAUNA_VERIFY_KEY/],
  ])('is not believed with %s', (_, written, read, why) => {
    expect(readCheckpoint(writeCheckpoint([verdict], at, written), read)).toEqual({
      problem: expect.stringMatching(why),
    });
  });

  it.each([{ secret }, { secret, signingKey }])('is not believed once any of it was changed', (keys) => {
    const checkpoint = JSON.parse(writeCheckpoint([verdict], at, keys));
    const [first] = checkpoint.chains;
    const other = keys.signingKey === undefined ? 'ed25519' : 'hmac-sha256';
    for (const change of [
      { at: '2030-01-02T00:00:00.000Z' },
      { chains: [] },
      { chains: [{ ...first, seq: '6' }] },
      { chains: [{ ...first, hash: '00'.repeat(32) }] },
      { chains: [{ ...first, chain: '22222222-2222-4222-8222-222222222222' }] },
      { algorithm: other },
      { signature: '' },
      { signature: randomBytes(64).toString('base64url') },
      { schema: 2 },
      { more: true },
    ])
      expect(readCheckpoint(JSON.stringify({ ...checkpoint, ...change }), keys)).toHaveProperty('problem');
    for (const text of ['', 'x', '[]', 'null']) expect(readCheckpoint(text, keys)).toHaveProperty('problem');
  });
});
