import { createHash } from 'node:crypto';
import type { Ruleset } from '@fauna-flags/core';
import { eq } from 'drizzle-orm';
import { environments, type Queries, snapshots } from '../../platform/database/index.ts';
import { compileEnvironment } from './compile-environment.ts';
import type { KnownRuleset, KnownRulesets } from './known-rulesets.ts';
import { loadRuleset, reloadFlags } from './load-ruleset.ts';
import { rulesetText } from './ruleset-text.ts';
import type { EnvironmentRow } from './write.ts';

/** What can have changed, where less than everything can. */
export interface PublishScope {
  readonly known: KnownRulesets | undefined;
  /** The only flags that can have changed, and nothing of them but their configuration; absent: anything can have. */
  readonly configured: ReadonlySet<string> | undefined;
}

/**
 * Compiles an environment whose row is locked, and keeps the result as the environment's snapshot, one version further,
 * when it differs from the one that is there. Answers what it kept, nothing when it did not differ.
 */
export async function publishEnvironment(
  tx: Queries,
  environment: EnvironmentRow,
  { known, configured }: PublishScope,
): Promise<KnownRuleset | undefined> {
  const [stored] = await tx
    .select({ hash: snapshots.hash })
    .from(snapshots)
    .where(eq(snapshots.documentId, environment.id));
  const before = configured === undefined ? undefined : known?.find(environment, stored?.hash);
  const ruleset =
    before === undefined || configured === undefined
      ? await loadRuleset(tx, environment)
      : await reloadFlags(tx, environment, { before, flags: configured });
  // The version is part of the content, so that "unchanged" can only be asked of the version that is stored.
  if (stored !== undefined && isUnchanged({ before, ruleset, storedHash: stored.hash })) return undefined;
  const version = environment.version + 1;
  const next: Ruleset = { ...ruleset, version };
  const payload = compileEnvironment(next, before === undefined ? undefined : configured);
  await tx.update(environments).set({ version }).where(eq(environments.id, environment.id));
  const { epoch } = environment;
  const hash = await keepSnapshot(tx, environment.id, { epoch, version, payload });
  return { environmentId: environment.id, epoch, version, hash, bytes: payload.length, ruleset: next };
}

/** Texts are compared where both are at hand: the hash of what is stored is of a text that need not be made again. */
function isUnchanged({
  before,
  ruleset,
  storedHash,
}: {
  readonly before: Ruleset | undefined;
  readonly ruleset: Ruleset;
  readonly storedHash: string;
}): boolean {
  const text = rulesetText(ruleset);
  return before === undefined
    ? hashOf(Buffer.from(text, 'utf8')) === storedHash
    : text === rulesetText(before);
}

/** Upserts a document's snapshot, the row that publishers read as their outbox; answers its hash. */
export async function keepSnapshot(
  tx: Queries,
  documentId: string,
  { epoch, version, payload }: { epoch: number; version: number; payload: Uint8Array },
): Promise<string> {
  const hash = hashOf(payload);
  const row = { epoch, version, hash, payload };
  await tx
    .insert(snapshots)
    .values({ documentId, ...row })
    .onConflictDoUpdate({ target: snapshots.documentId, set: row });
  return hash;
}

/** SHA-256 in hex: what tells two contents at the same version apart. */
export function hashOf(payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest('hex');
}
