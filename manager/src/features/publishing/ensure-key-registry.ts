import { keyRegistryDocument } from '@fauna-flags/protocol';
import { lockKeyRegistry, publishKeyRegistry } from './publish-key-registry.ts';
import type { WriteDeps } from './unit.ts';

/**
 * Makes the key registry with its first handle key unless it is there. Called at every start: a bearer without a registry
 * is not ready, and one without keys refuses everybody, which is right.
 */
export async function ensureKeyRegistry(deps: WriteDeps): Promise<void> {
  const changed = await deps.database.transaction(async (tx, later) => {
    await lockKeyRegistry(deps, tx);
    return publishKeyRegistry({ tx, later, at: deps.now() });
  });
  if (changed) deps.onCommit([keyRegistryDocument], new Map());
}
