import { createHash } from 'node:crypto';
import type { KeyRegistry, RegisteredKey } from '@fauna-flags/protocol';

/** The one environment that is served. */
export const environmentId = '0f0e0d0c-0b0a-4908-8706-050403020100';

/** The key of all client SDKs but one. */
export const clientKey = 'the-client-key-of-the-simulated-world';
/** The key of the one client SDK that gets revoked. */
export const revocableKey = 'the-client-key-that-will-be-revoked-';
/** The key of the server SDK, and of whoever looks into bearers. */
export const serverKey = 'the-server-key-of-the-simulated-world';

/** What bearers show to managers. */
export const bearerToken = 'the-bearer-token-of-the-simulated-world';

/** What the key registry says, apart from where it stands. */
export interface KeysContent {
  readonly isRevoked: boolean;
  /** Keys that nobody uses, which come and go. */
  readonly others: number;
}

/** What the registry begins with. */
export const firstKeys: KeysContent = { isRevoked: false, others: 0 };

/** The registry of a content. */
export function registryOf({ isRevoked, others }: KeysContent): KeyRegistry {
  const keys = [
    entry(clientKey, { kind: 'client' }),
    entry(revocableKey, { kind: 'client', state: isRevoked ? 'revoked' : 'active' }),
    entry(serverKey, { kind: 'server' }),
    ...Array.from({ length: others % 5 }, (_, place) =>
      entry(`a-key-that-nobody-uses-${others}-${place}`, {}),
    ),
  ];
  return {
    schema: 1,
    keys: Object.fromEntries(keys),
    handleKeys: [{ kid: 'k1', secret: Buffer.alloc(32, 7).toString('base64url') }],
    contextSecrets: {},
  };
}

function entry(text: string, more: Partial<RegisteredKey>): [string, RegisteredKey] {
  const digest = createHash('sha256').update(text).digest('hex');
  return [
    digest,
    {
      id: `id-${digest.slice(0, 8)}`,
      environment: environmentId,
      kind: 'client',
      origins: ['*'],
      state: 'active',
      ...more,
    },
  ];
}
