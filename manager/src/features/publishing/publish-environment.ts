import { createHash } from 'node:crypto';
import type { Ruleset } from '@fauna-flags/core';
import type { Snapshot } from '@fauna-flags/protocol';
import { eq, sql } from 'drizzle-orm';
import {
  environments,
  filled,
  prepared,
  type Queries,
  type Statement,
  snapshots,
} from '../../platform/database/index.ts';
import { compileEnvironment } from './compile-environment.ts';
import type { KnownRulesets } from './known-rulesets.ts';
import { loadFlags, loadRuleset, withFlags } from './load-ruleset.ts';
import { entryText, rulesetText } from './ruleset-text.ts';
import type { EnvironmentRow, Unit } from './unit.ts';

/** What can have changed, where less than everything can. */
export interface PublishScope {
  readonly known: KnownRulesets | undefined;
  /** The only flags that can have changed, and nothing of them but their configuration; absent: anything can have. */
  readonly configured: ReadonlySet<string> | undefined;
  /** How many versions it is, where several changes are committed together; absent: one, if anything differs. */
  readonly versions?: number;
}

/** What was kept of an environment. */
export interface PublishedEnvironment {
  readonly environmentId: string;
  readonly snapshot: Snapshot;
  readonly ruleset: Ruleset;
}

/**
 * Compiles an environment whose row is locked, and keeps the result as the environment's snapshot, one version further,
 * when it differs from the one that is there. Answers what it kept, nothing when it did not differ.
 */
export async function publishEnvironment(
  unit: Pick<Unit, 'tx' | 'later'>,
  environment: EnvironmentRow,
  { known, configured, versions = 0 }: PublishScope,
): Promise<PublishedEnvironment | undefined> {
  const { tx, later } = unit;
  const remembered = configured === undefined ? undefined : known?.find(environment);
  const [[stored], flags] = await Promise.all([
    prepared(tx, hashOfStored).execute({ documentId: environment.id }),
    remembered && configured && loadFlags(tx, environment, [...configured]),
  ]);
  const before = remembered?.hash === stored?.hash ? remembered?.ruleset : undefined;
  const ruleset =
    before === undefined || configured === undefined || flags === undefined
      ? await loadRuleset(tx, environment)
      : withFlags(before, environment, { keys: configured, flags });
  // The version is part of the content, so that "unchanged" can only be asked of the version that is stored.
  const isUnchanged =
    before === undefined || configured === undefined
      ? stored?.hash === hashOf(Buffer.from(rulesetText(ruleset), 'utf8'))
      : [...configured].every((key) => entryText(ruleset.flags[key]) === entryText(before.flags[key]));
  if (isUnchanged && versions === 0) return undefined;
  const version = environment.version + Math.max(1, versions);
  const next: Ruleset = { ...ruleset, version };
  const payload = compileEnvironment(next, before === undefined ? undefined : configured);
  later(filled(tx, raiseVersion, { id: environment.id, version }));
  const snapshot = { epoch: environment.epoch, version, hash: hashOf(payload), payload };
  later(upsertSnapshot(tx, environment.id, snapshot));
  return { environmentId: environment.id, snapshot, ruleset: next };
}

const hashOfStored = (queries: Queries) =>
  queries
    .select({ hash: snapshots.hash })
    .from(snapshots)
    .where(eq(snapshots.documentId, sql.placeholder('documentId')))
    .prepare('');

const raiseVersion = (queries: Queries) =>
  queries
    .update(environments)
    .set({ version: sql`${sql.placeholder('version')}` })
    .where(eq(environments.id, sql.placeholder('id')));

/** Upserts a document's snapshot, the row that publishers read as their outbox. */
export function upsertSnapshot(tx: Queries, documentId: string, snapshot: Snapshot): Statement {
  const { epoch, version, hash, payload } = snapshot;
  return filled(tx, upsert, { documentId, epoch, version, hash, payload });
}

const upsert = (queries: Queries) =>
  queries
    .insert(snapshots)
    .values({
      documentId: sql.placeholder('documentId'),
      epoch: sql.placeholder('epoch'),
      version: sql.placeholder('version'),
      hash: sql.placeholder('hash'),
      payload: sql.placeholder('payload'),
    })
    .onConflictDoUpdate({
      target: snapshots.documentId,
      // What was to be inserted: the payload is sent once.
      set: {
        epoch: sql`excluded.epoch`,
        version: sql`excluded.version`,
        hash: sql`excluded.hash`,
        payload: sql`excluded.payload`,
      },
    });

/** SHA-256 in hex: what tells two contents at the same version apart. */
export function hashOf(payload: Uint8Array): string {
  return createHash('sha256').update(payload).digest('hex');
}
