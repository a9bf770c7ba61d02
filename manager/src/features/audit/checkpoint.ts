/*
 * Checkpoints: where every chain of the audit trail ended at one moment, signed, in a small file. Kept where those who can
 * write to the database cannot reach, one proves later that nothing which it saw has been taken away or written anew.
 *
 * Signed with Ed25519 where FAUNA_SIGNING_KEY is set, as whoever has the public key alone can then verify it, and with an
 * HMAC under a key that follows from FAUNA_SECRET otherwise, so that every installation has checkpoints.
 */
import { createHmac, createPrivateKey, createPublicKey, sign, timingSafeEqual, verify } from 'node:crypto';
import { z } from 'zod';
import { keyFor } from '../../platform/sealed.ts';
import type { ChainEnd } from './audit-chain.ts';
import type { ChainVerdict } from './verify-audit.ts';

/** What checkpoints are signed and verified with. */
export interface CheckpointKeys {
  readonly secret: string | undefined;
  /** The 32 bytes of an Ed25519 seed. */
  readonly signingKey?: Uint8Array | undefined;
  /** The 32 bytes of Ed25519 public keys, of which any will do; besides the one that follows from the seed. */
  readonly verifyKeys?: readonly Uint8Array[] | undefined;
}

const checkpointSchema = z.strictObject({
  schema: z.literal(1),
  at: z.iso.datetime(),
  chains: z.array(
    z.strictObject({
      chain: z.uuid(),
      seq: z.string().regex(/^\d{1,19}$/),
      hash: z.string().regex(/^([0-9a-f]{64})?$/),
    }),
  ),
  algorithm: z.enum(['ed25519', 'hmac-sha256']),
  signature: z.string(),
});
type Checkpoint = z.infer<typeof checkpointSchema>;

/** The text of a checkpoint over a trail that was verified. */
export function writeCheckpoint(verdicts: readonly ChainVerdict[], at: Date, keys: CheckpointKeys): string {
  const content = {
    schema: 1,
    at: at.toISOString(),
    chains: verdicts.map(({ chain, end }) => ({
      chain,
      seq: String(end.seq),
      hash: Buffer.from(end.hash).toString('hex'),
    })),
    algorithm: keys.signingKey === undefined ? 'hmac-sha256' : 'ed25519',
  } as const;
  return `${JSON.stringify({ ...content, signature: signatureOf(content, keys).toString('base64url') }, undefined, 2)}\n`;
}

/** What a checkpoint saw, by chain; or a sentence on why it cannot be believed. */
export function readCheckpoint(
  text: string,
  keys: CheckpointKeys,
): { readonly at: string; readonly seen: ReadonlyMap<string, ChainEnd> } | { readonly problem: string } {
  const parsed = checkpointSchema.safeParse(parseJson(text));
  if (!parsed.success) return { problem: 'it is no checkpoint of an audit trail' };
  const { signature, ...content } = parsed.data;
  const wrong = complaintOf(content, Buffer.from(signature, 'base64url'), keys);
  if (wrong !== undefined) return { problem: wrong };
  return {
    at: content.at,
    seen: new Map(
      content.chains.map(({ chain, seq, hash }) => [
        chain,
        { seq: BigInt(seq), hash: Buffer.from(hash, 'hex') },
      ]),
    ),
  };
}

type Content = Omit<Checkpoint, 'signature'>;

function complaintOf(content: Content, signature: Buffer, keys: CheckpointKeys): string | undefined {
  if (content.algorithm === 'ed25519') {
    const publicKeys = publicKeysOf(keys);
    if (publicKeys.length === 0)
      return 'it is signed with a signing key: set FAUNA_VERIFY_KEY, or FAUNA_SIGNING_KEY, to the one of then';
    return publicKeys.some((publicKey) => verify(null, bytesOf(content), publicKey, signature))
      ? undefined
      : 'its signature is not of this signing key: it was changed, or FAUNA_SIGNING_KEY or FAUNA_VERIFY_KEY was';
  }
  if (keys.secret === undefined) return 'it is signed under FAUNA_SECRET: set it to the one of the managers';
  const expected = macOf(content, keys.secret);
  return expected.length === signature.length && timingSafeEqual(expected, signature)
    ? undefined
    : 'its signature is not of this installation: it was changed, or FAUNA_SECRET was';
}

function signatureOf(content: Content, { signingKey, secret }: CheckpointKeys): Buffer {
  if (signingKey !== undefined) return sign(null, bytesOf(content), privateKeyOf(signingKey));
  if (secret !== undefined) return macOf(content, secret);
  throw new Error('Cannot sign a checkpoint without a secret');
}

function macOf(content: Content, secret: string): Buffer {
  return createHmac('sha256', keyFor(secret, 'audit checkpoints')).update(bytesOf(content)).digest();
}

/** The prefix keeps a signature from being taken for one of a snapshot, which the same key signs. */
function bytesOf({ schema, at, chains, algorithm }: Content): Buffer {
  const ends = chains.map(({ chain, seq, hash }) => [chain, seq, hash]);
  return Buffer.from(`fauna audit checkpoint\n${JSON.stringify([schema, at, algorithm, ends])}`, 'utf8');
}

/** PKCS #8 and SubjectPublicKeyInfo in front of the 32 bytes of each. */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const spki = Buffer.from('302a300506032b6570032100', 'hex');

function privateKeyOf(seed: Uint8Array) {
  return createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' });
}

function publicKeysOf({ verifyKeys = [], signingKey }: CheckpointKeys) {
  const known = verifyKeys.map((key) =>
    createPublicKey({ key: Buffer.concat([spki, key]), format: 'der', type: 'spki' }),
  );
  return signingKey === undefined ? known : [...known, createPublicKey(privateKeyOf(signingKey))];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
