import { keyRegistryDocument } from '@fauna-flags/protocol';
import type { Region } from './region.ts';

/** Which part of the world's streams a hub holds. */
export interface HubName {
  /** An environment's UUID, or `keys` for a hub that holds the key registry alone. */
  readonly documentId: string;
  readonly region: Region;
  /** From 0; the next one is used where the ones before are full. */
  readonly shard: number;
}

/** Writes `document:region:shard`: the name of a Durable Object, and of the bearer that it is. */
export function formatHubName({ documentId, region, shard }: HubName): string {
  return `${documentId}:${region}:${shard}`;
}

/** The environments that a hub of this name serves besides the key registry. */
export function servedBy(name: string): ReadonlySet<string> {
  const documentId = name.slice(0, name.indexOf(':'));
  return new Set(documentId === keyRegistryDocument ? [] : [documentId]);
}
