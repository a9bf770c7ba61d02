import { randomUUID } from 'node:crypto';
import type { SdkKeyKind } from '@fauna-flags/protocol';
import { type Queries, sdkKeys } from '../../platform/database/index.ts';
import { secretDigest } from '../../platform/secret-digest.ts';
import type { SdkKeyRow } from './sdk-key.ts';

/** How much of a server key's text stays readable: enough to tell two apart, worth nothing to a thief. */
const prefixLength = 10;
const lastLength = 4;

/** What a new key is made of. */
export interface NewSdkKey {
  readonly environmentId: string;
  readonly name: string;
  readonly kind: SdkKeyKind;
  readonly text: string;
  readonly origins: readonly string[];
  readonly expiresAt: Date | null;
}

/** Keeps a new key: of a server key the digest and its two ends, of a client key the text as well. */
export async function insertSdkKey(tx: Queries, at: Date, { text, ...key }: NewSdkKey): Promise<SdkKeyRow> {
  const row = {
    ...key,
    id: randomUUID(),
    searchText: key.name.toLowerCase(),
    digest: secretDigest(text),
    clientText: key.kind === 'client' ? text : null,
    prefix: text.slice(0, prefixLength),
    last4: text.slice(-lastLength),
    state: 'active' as const,
    revokedAt: null,
    replacedBy: null,
    revision: 1,
    createdAt: at,
    updatedAt: at,
  };
  await tx.insert(sdkKeys).values(row);
  return row;
}
