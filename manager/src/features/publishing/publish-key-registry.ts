import {
  canonicalJson,
  type HandleKey,
  type KeyRegistry,
  keyRegistryDocument,
  type RegisteredKey,
} from '@fauna-flags/protocol';
import { asc, eq, gt, or, sql } from 'drizzle-orm';
import {
  contextSecrets,
  environments,
  keyRegistry,
  type Queries,
  sdkKeys,
  snapshots,
} from '../../platform/database/index.ts';
import { hashOf, upsertSnapshot } from './publish-environment.ts';
import type { Unit, WriteDeps } from './unit.ts';

/** How long a revoked key stays in the registry: to a bearer an unknown key is as good as a revoked one. */
const revokedDaysKept = 30;
const dayMs = 24 * 60 * 60 * 1_000;

/** The bytes of AES-256 key material that seals stream handles. */
const handleKeyBytes = 32;

/**
 * Locks the key registry's row, the last lock of every transaction that takes it. Makes the row first when this
 * installation has none yet, with the one handle key that every bearer will open handles with.
 */
export async function lockKeyRegistry(
  { now, randomBytes }: Pick<WriteDeps, 'now' | 'randomBytes'>,
  tx: Queries,
): Promise<void> {
  await tx
    .insert(keyRegistry)
    .values({
      id: 1,
      epoch: Math.floor(now().getTime() / 1_000),
      version: 0,
      handleKeys: [
        {
          kid: Buffer.from(randomBytes(4)).toString('hex'),
          secret: Buffer.from(randomBytes(handleKeyBytes)).toString('base64url'),
        },
      ],
    })
    .onConflictDoNothing();
  await tx.select({ id: keyRegistry.id }).from(keyRegistry).for('update');
}

/** Rebuilds the key registry, whose row is locked; keeps it one version further when it changed. Answers whether it did. */
export async function publishKeyRegistry({
  tx,
  later,
  at,
}: Pick<Unit, 'tx' | 'later' | 'at'>): Promise<boolean> {
  const [row] = await tx.select().from(keyRegistry);
  if (row === undefined) throw new Error('Cannot publish the key registry: its row is gone');
  const keys = await tx
    .select()
    .from(sdkKeys)
    .where(
      or(
        eq(sdkKeys.state, 'active'),
        gt(sdkKeys.revokedAt, new Date(at.getTime() - revokedDaysKept * dayMs)),
      ),
    )
    .orderBy(sql`${sdkKeys.digest} COLLATE "C"`);
  const registry: KeyRegistry = {
    schema: 1,
    keys: Object.fromEntries(keys.map((key) => [key.digest, registeredKey(key)])),
    handleKeys: [...row.handleKeys],
    ...(await contextRules(tx)),
  };
  const payload = Buffer.from(canonicalJson(registry), 'utf8');
  const [stored] = await tx
    .select({ hash: snapshots.hash })
    .from(snapshots)
    .where(eq(snapshots.documentId, keyRegistryDocument));
  const hash = hashOf(payload);
  if (stored?.hash === hash) return false;
  const version = row.version + 1;
  await tx.update(keyRegistry).set({ version });
  later(upsertSnapshot(tx, keyRegistryDocument, { epoch: row.epoch, version, hash, payload }));
  return true;
}

/** Secrets of signed contexts, and the policies of the environments that demand them. */
async function contextRules(tx: Queries): Promise<Pick<KeyRegistry, 'contextSecrets' | 'contextPolicies'>> {
  const secrets: Record<string, HandleKey[]> = {};
  for (const { environmentId, kid, secret } of await tx
    .select()
    .from(contextSecrets)
    .orderBy(asc(contextSecrets.createdAt), asc(contextSecrets.kid))) {
    secrets[environmentId] = [...(secrets[environmentId] ?? []), { kid, secret }];
  }
  const demanding = await tx
    .select({ id: environments.id, unsignedAttributes: environments.unsignedAttributes })
    .from(environments)
    .where(eq(environments.signedContexts, true));
  if (demanding.length === 0) return { contextSecrets: secrets };
  return {
    contextSecrets: secrets,
    contextPolicies: Object.fromEntries(
      demanding.map(({ id, unsignedAttributes }) => [id, { unsignedAttributes: [...unsignedAttributes] }]),
    ),
  };
}

function registeredKey(row: typeof sdkKeys.$inferSelect): RegisteredKey {
  return {
    id: row.id,
    environment: row.environmentId,
    kind: row.kind,
    origins: [...row.origins],
    ...(row.expiresAt === null ? {} : { expiresAt: row.expiresAt.getTime() }),
    state: row.state,
  };
}
