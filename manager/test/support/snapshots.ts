import { createHash } from 'node:crypto';
import type { KeyRegistry, Snapshot } from '@fauna-flags/protocol';
import { eq } from 'drizzle-orm';
import { type Database, environments, snapshots } from '../../src/platform/database/index.ts';

/** A document as the outbox holds it, read back. */
export interface StoredDocument<Content> extends Snapshot {
  readonly content: Content;
  readonly text: string;
}

/** Reads a document and checks that its hash is that of its bytes. */
async function storedDocument<Content>(
  database: Database,
  documentId: string,
): Promise<StoredDocument<Content>> {
  const [row] = await database.read.select().from(snapshots).where(eq(snapshots.documentId, documentId));
  if (row === undefined) throw new Error(`Cannot find the snapshot of ${documentId}`);
  const text = Buffer.from(row.payload).toString('utf8');
  const hash = createHash('sha256').update(row.payload).digest('hex');
  if (hash !== row.hash)
    throw new Error(`Cannot trust the snapshot of ${documentId}: its hash is of other bytes`);
  return { ...row, text, content: JSON.parse(text) };
}

/** What a test reads of a ruleset. */
export interface StoredRuleset {
  readonly schema: number;
  readonly environment: string;
  readonly version: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read single members and assert on them.
  readonly flags: Record<string, any>;
  readonly audiences: Record<string, unknown>;
  readonly attributes: Record<string, unknown>;
}

/** The ruleset of a project's environment as bearers will get it. */
export async function storedRuleset(
  database: Database,
  environmentId: string,
): Promise<StoredDocument<StoredRuleset>> {
  const stored = await storedDocument<StoredRuleset>(database, environmentId);
  const [row] = await database.read.select().from(environments).where(eq(environments.id, environmentId));
  if (
    row?.version !== stored.version ||
    stored.content.version !== stored.version ||
    row.epoch !== stored.epoch
  ) {
    throw new Error(
      `Cannot trust the snapshot of ${documentName(row)}: its position is not the environment's`,
    );
  }
  return stored;
}

/** The key registry as bearers will get it. */
export function storedRegistry(database: Database): Promise<StoredDocument<KeyRegistry>> {
  return storedDocument<KeyRegistry>(database, 'keys');
}

function documentName(row: { readonly key: string } | undefined): string {
  return row === undefined ? 'a deleted environment' : `environment "${row.key}"`;
}
