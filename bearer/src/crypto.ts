/**
 * The cryptography that the bearer needs, behind a port, because runtimes differ in what is quick: on Node and Deno the
 * synchronous node:crypto costs a fraction of WebCrypto's promises. Deterministic and synchronous; throws only on keys
 * and nonces of the wrong length, which are broken invariants.
 */
export interface BearerCrypto {
  /** SHA-256 in lower-case hex; a text is hashed as UTF-8. */
  sha256Hex(data: string | Uint8Array): string;
  /** HMAC-SHA-256, 32 bytes. */
  hmacSha256(secret: Uint8Array, data: Uint8Array): Uint8Array;
  /** AES-256-GCM: the ciphertext with its 16-byte tag behind it. Key 32 bytes, nonce 12. */
  seal(options: SealOptions): Uint8Array;
  /** The reverse; `undefined` when the tag does not hold. */
  open(options: SealOptions): Uint8Array | undefined;
  /** Whether this is the Ed25519 signature of the text, in UTF-8, by the secret half of the key. Never throws. */
  verifyEd25519(options: VerifyOptions): boolean;
}

/** What verifying a signature takes. */
export interface VerifyOptions {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly text: string;
  /** 64 bytes; of any other length it is nobody's. */
  readonly signature: Uint8Array;
}

/** What both ends of AES-256-GCM take. */
export interface SealOptions {
  readonly secret: Uint8Array;
  readonly nonce: Uint8Array;
  /** Authenticated, but not part of the outcome. */
  readonly associated: Uint8Array;
  readonly data: Uint8Array;
}
