import type { Ruleset } from '@fauna-flags/core';
import { canonicalJson, type KeyRegistry, type RegisteredKey, type Snapshot } from '@fauna-flags/protocol';
import { sha256 } from './node-sha256.ts';

/** A document as a manager would store it. */
export function snapshotOf(document: unknown, { epoch = 1_700_000_000, version = 1 } = {}): Snapshot {
  const payload = new TextEncoder().encode(canonicalJson(document));
  return { epoch, version, hash: sha256(payload), payload };
}

/** A ruleset at its own version. */
export function rulesetSnapshot(ruleset: Ruleset, epoch = 1_700_000_000): Snapshot {
  return snapshotOf(ruleset, { epoch, version: ruleset.version });
}

/** The environment that tests speak of. */
export const environmentId = '0f0e0d0c-0b0a-4908-8706-050403020100';

/** Two keys of that environment, as an operator might have chosen them. */
export const clientKey = 'a-client-key-that-tests-have-chosen';
/** See `clientKey`. */
export const serverKey = 'a-server-key-that-tests-have-chosen';

/** An entry of the registry. */
export function registered(text: string, key: Partial<RegisteredKey> = {}): [string, RegisteredKey] {
  const id = `id-of-${sha256(text).slice(0, 8)}`;
  return [
    sha256(text),
    { id, environment: environmentId, kind: 'client', origins: ['*'], state: 'active', ...key },
  ];
}

/** A registry of these entries with one handle secret; a client and a server key unless told otherwise. */
export function registryOf(...entries: [string, RegisteredKey][]): KeyRegistry {
  const standard = [registered(clientKey), registered(serverKey, { kind: 'server' })];
  return {
    schema: 1,
    keys: Object.fromEntries(entries.length === 0 ? standard : entries),
    handleKeys: [{ kid: 'k1', secret: Buffer.alloc(32, 7).toString('base64url') }],
    contextSecrets: {},
  };
}
