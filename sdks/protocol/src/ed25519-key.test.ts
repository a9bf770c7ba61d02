import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseEd25519Key } from './ed25519-key.ts';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const jwk = privateKey.export({ format: 'jwk' });
const x = new Uint8Array(Buffer.from(String(jwk.x), 'base64url'));
const d = new Uint8Array(Buffer.from(String(jwk.d), 'base64url'));

describe('parseEd25519Key()', () => {
  it('reads PEM, DER in base64, and the bytes alone', () => {
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const der = publicKey.export({ format: 'der', type: 'spki' });
    for (const text of [
      pem,
      pem.replaceAll('\n', '\\n'),
      der.toString('base64'),
      der.toString('base64url'),
      String(jwk.x),
      Buffer.from(x).toString('base64'),
    ])
      expect(parseEd25519Key(text, 'public')).toEqual({ key: x });
    const secret = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    for (const text of [
      secret,
      privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
      String(jwk.d),
    ])
      expect(parseEd25519Key(text, 'secret')).toEqual({ key: d });
  });

  it('says what would be right, and nothing of what it was given', () => {
    const { publicKey: rsa } = generateKeyPairSync('rsa', { modulusLength: 1_024 });
    const secret = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const problem = (text: string) => {
      const outcome = parseEd25519Key(text, 'public');
      return 'problem' in outcome ? outcome.problem : '';
    };
    expect(problem(secret)).toContain('it is the other one of the two');
    expect(problem(rsa.export({ format: 'pem', type: 'spki' }).toString())).toContain('it is no Ed25519 key');
    for (const text of ['', 'not a key!', secret.slice(0, 60), 'A', '-----BEGIN PUBLIC KEY-----'])
      expect(problem(text)).toMatch(/^must be the public key of an Ed25519 pair/);
  });
});
