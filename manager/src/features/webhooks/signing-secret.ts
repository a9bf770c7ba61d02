import { createHmac } from 'node:crypto';
import { open } from '../../platform/sealed.ts';
import type { WebhookRow } from './webhook.ts';

/** 256 bits, from a cryptographic generator. */
const secretBytes = 32;

/** What secrets of webhooks are sealed for. */
export const secretPurpose = 'webhook secrets';

/** A new signing secret. Its beginning tells scanners, and whoever finds it, what it is. */
export function makeSecret(randomBytes: (size: number) => Uint8Array): string {
  return `fauna_whs_${Buffer.from(randomBytes(secretBytes)).toString('base64url')}`;
}

/** The secrets that sign for a webhook now: its own, and for a while the one before. Throws when they cannot be opened. */
export function secretsOf(row: WebhookRow, secretKey: Uint8Array, now: Date): readonly string[] {
  const isOldGood = row.oldSecretUntil !== null && row.oldSecretUntil > now;
  const old = isOldGood && row.sealedOldSecret !== null ? [row.sealedOldSecret] : [];
  return [row.sealedSecret, ...old].map((sealed) => open(secretKey, sealed));
}

/**
 * The header `Fauna-Signature`: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`, with one `v1` for each secret. The
 * time is signed too, so that what is sent again much later can be told from what is sent now.
 */
export function signatureOf(secrets: readonly string[], body: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1_000);
  const signatures = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`,
  );
  return [`t=${seconds}`, ...signatures].join(',');
}
