import { canonicalJson } from '@fauna-flags/protocol';
import type { BearerCrypto } from '../crypto.ts';
import { fromBase64Url, toBase64Url } from './base64url.ts';
import type { KeyRing } from './key-ring.ts';

/*
 * Handles let native EventSource open a stream: it can send neither a header nor a body, and a context must never stand
 * in a URL in the clear.
 *
 *   v1.<kid>.<base64url(nonce ‖ AES-256-GCM ciphertext ‖ tag)>
 *
 * The plaintext is canonical JSON `{c: context, e: environment UUID, k: key id, s?: what was shown with it, v?: true
 * where signed contexts were demanded}`. The key
 * registry holds one secret per kid; k1 (sealing) and k2 (nonces) are derived from it by HMAC-SHA-256 of
 * "fauna-handle-seal" and "fauna-handle-nonce". The nonce is the first 12 bytes of HMAC(k2, plaintext): the same content
 * always gives the same handle, so that an answer with a handle keeps its ETag, and two plaintexts do not share a nonce.
 * Every bearer opens every handle; a handle dies with its SDK key.
 */

/** What a handle stands for. */
export interface HandleContent {
  readonly environmentId: string;
  readonly keyId: string;
  readonly context: Readonly<Record<string, unknown>>;
  /** True when the environment demanded signed contexts as this was written: then the context was signed. */
  readonly isVouchedFor?: boolean | undefined;
  /** A digest of what the caller was shown together with the handle, where the stream must know what it starts from. */
  readonly shown?: string | undefined;
}

const nonceLength = 12;
/** A context of 4 KB, its envelope and base64; what is longer was not written here. */
const handleLengthMax = 8 * 1024;

/** Writes a handle; `undefined` when the registry has no secret to seal with. */
export function sealHandle(content: HandleContent, ring: KeyRing, crypto: BearerCrypto): string | undefined {
  const handleKey = ring.handleKeys[0];
  if (handleKey === undefined) return undefined;
  const { seal, nonce: nonceSecret } = secretsOf(handleKey.secret, crypto);
  const plaintext = new TextEncoder().encode(
    canonicalJson({
      c: content.context,
      e: content.environmentId,
      k: content.keyId,
      ...(content.shown === undefined ? {} : { s: content.shown }),
      ...(content.isVouchedFor === true ? { v: true } : {}),
    }),
  );
  const nonce = crypto.hmacSha256(nonceSecret, plaintext).slice(0, nonceLength);
  const sealed = crypto.seal({
    secret: seal,
    nonce,
    associated: associatedOf(handleKey.kid),
    data: plaintext,
  });
  const bytes = new Uint8Array(nonce.length + sealed.length);
  bytes.set(nonce);
  bytes.set(sealed, nonce.length);
  return `v1.${handleKey.kid}.${toBase64Url(bytes)}`;
}

/** Reads a handle; `undefined` for whatever no bearer of this registry has written. Never throws. */
export function openHandle(handle: string, ring: KeyRing, crypto: BearerCrypto): HandleContent | undefined {
  if (handle.length > handleLengthMax) return undefined;
  const [version, kid, text, ...rest] = handle.split('.');
  const handleKey = ring.handleKeys.find((candidate) => candidate.kid === kid);
  if (version !== 'v1' || kid === undefined || text === undefined || rest.length > 0 || !handleKey)
    return undefined;
  const bytes = fromBase64Url(text);
  if (bytes === undefined || bytes.length <= nonceLength + 16) return undefined;
  const plaintext = crypto.open({
    secret: secretsOf(handleKey.secret, crypto).seal,
    nonce: bytes.slice(0, nonceLength),
    associated: associatedOf(kid),
    data: bytes.slice(nonceLength),
  });
  if (plaintext === undefined) return undefined;
  // The tag proves that a bearer wrote this, so its form is known.
  const { c, e, k, s, v } = JSON.parse(new TextDecoder().decode(plaintext)) as {
    c: Readonly<Record<string, unknown>>;
    e: string;
    k: string;
    s?: string;
    v?: true;
  };
  return {
    environmentId: e,
    keyId: k,
    context: c,
    ...(s === undefined ? {} : { shown: s }),
    ...(v === undefined ? {} : { isVouchedFor: v }),
  };
}

function secretsOf(
  secret: string,
  crypto: BearerCrypto,
): { readonly seal: Uint8Array; readonly nonce: Uint8Array } {
  const bytes = fromBase64Url(secret);
  if (bytes === undefined || bytes.length < 32)
    throw new RangeError('Cannot use a handle key of fewer than 32 bytes');
  const derive = (purpose: string) => crypto.hmacSha256(bytes, new TextEncoder().encode(purpose));
  return { seal: derive('fauna-handle-seal'), nonce: derive('fauna-handle-nonce') };
}

function associatedOf(kid: string): Uint8Array {
  return new TextEncoder().encode(`v1.${kid}`);
}
