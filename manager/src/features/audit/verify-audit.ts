/*
 * Proves that the audit trail is what was written: recomputes every hash here, instead of asking the database whether it
 * believes itself. Whoever owns the database can still write a chain anew from some entry on, hashes, end and all; what
 * shows that is a checkpoint that was kept elsewhere.
 */

import { PgDialect } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import { type Database, withinBytes } from '../../platform/database/index.ts';
import { AuditChain, type AuditFlaw, type ChainEnd } from './audit-chain.ts';
import type { ChainedEntry } from './audit-hash.ts';

/** The chain of what belongs to no project. */
export const installationChain = '00000000-0000-0000-0000-000000000000';

/** One chain as it was found. */
export interface ChainVerdict {
  /** The project's id. */
  readonly chain: string;
  /** The project's key, while it exists. */
  readonly project: string | undefined;
  /** How many entries are right, up to the first flaw. */
  readonly entries: number;
  /** Where it ends, or where it is right up to. */
  readonly end: ChainEnd;
  readonly flaw: AuditFlaw | undefined;
}

/** How a trail is to be verified. */
export interface VerifyAuditOptions {
  /** Where each chain was when a checkpoint was written. */
  readonly seen?: ReadonlyMap<string, ChainEnd>;
  /** Looks at the last so many entries of each chain alone. */
  readonly last?: number;
}

/** Entries that one query finds; they are read as far as their documents are light enough to be held at once. */
const foundAtOnce = 200;
const documentBytesMax = 1024 * 1024;

/** The bounds of Postgres' `bigint`. */
const smallest = -(2n ** 63n);
const largest = 2n ** 63n - 1n;

/**
 * Verifies every chain as of one moment, in constant memory; what is written meanwhile is neither waited for nor seen.
 * Rejects when the database cannot be read.
 */
export async function verifyAudit(
  { pool }: Pick<Database, 'pool'>,
  { seen = new Map(), last }: VerifyAuditOptions = {},
): Promise<readonly ChainVerdict[]> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const chains = await chainsOf(client, [...seen.keys()]);
    const verdicts: ChainVerdict[] = [];
    for (const chain of chains)
      verdicts.push(await verifyChain(client, chain, seen.get(chain.projectId ?? installationChain), last));
    await client.query('COMMIT');
    return verdicts;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

interface Chain {
  /** Null for what belongs to no project. */
  readonly projectId: string | null;
  readonly project: string | null;
  readonly end: ChainEnd | undefined;
}

/**
 * Every chain that has an entry, an end, or a place in a checkpoint. No project has the id that stands for none among the
 * ends: an entry with that one was forged, and has no end.
 */
async function chainsOf(client: pg.ClientBase, seen: readonly string[]): Promise<readonly Chain[]> {
  const { rows } = await client.query<Omit<Chain, 'end'> & { seq: string | null; hash: Buffer | null }>(
    `SELECT each.id AS "projectId", projects.key AS project, audit_chains.seq::text, audit_chains.hash
     FROM (
       SELECT nullif(chain, $2) AS id FROM audit_chains
       UNION SELECT project_id FROM audit_entries
       UNION SELECT nullif(unnest($1::uuid[]), $2)
     ) AS each
     LEFT JOIN audit_chains ON audit_chains.chain = coalesce(each.id, $2) AND each.id IS DISTINCT FROM $2
     LEFT JOIN projects ON projects.id = each.id
     ORDER BY each.id NULLS FIRST`,
    [seen, installationChain],
  );
  return rows.map(({ projectId, project, seq, hash }) => ({
    projectId,
    project,
    end: seq === null || hash === null ? undefined : { seq: BigInt(seq), hash },
  }));
}

async function verifyChain(
  client: pg.ClientBase,
  { projectId, project, end }: Chain,
  seen: ChainEnd | undefined,
  last: number | undefined,
): Promise<ChainVerdict> {
  const from =
    last === undefined || end === undefined ? undefined : await placeBefore(client, projectId, end, last);
  const following = new AuditChain({ end, seen, ...(from === undefined ? {} : { from }) });
  const verdict = (flaw: AuditFlaw | undefined): ChainVerdict => ({
    chain: projectId ?? installationChain,
    project: project ?? undefined,
    entries: following.count,
    end: following.last,
    flaw,
  });
  for await (const entry of entriesOf(client, projectId, from?.seq)) {
    const flaw = following.take(entry);
    if (flaw !== undefined) return verdict(await told(client, projectId, entry, flaw));
  }
  return verdict(following.conclude());
}

/** The place from which the last so many entries follow; undefined where that is the beginning, or gone. */
async function placeBefore(
  client: pg.ClientBase,
  projectId: string | null,
  end: ChainEnd,
  last: number,
): Promise<ChainEnd | undefined> {
  const { rows } = await client.query<{ seq: string; hash: Buffer }>(
    `SELECT seq::text, hash FROM audit_entries WHERE ${ofChain(projectId)} AND seq = $1 LIMIT 1`,
    [String(end.seq - BigInt(last))],
  );
  const [row] = rows;
  return row && { seq: BigInt(row.seq), hash: row.hash };
}

/** An entry that has changed places looks edited; but then something that was written earlier stands behind it. */
async function told(
  client: pg.ClientBase,
  projectId: string | null,
  { id, seq }: ChainedEntry,
  flaw: AuditFlaw,
): Promise<AuditFlaw> {
  if (flaw.kind !== 'edited') return flaw;
  const { rowCount } = await client.query(
    `SELECT 1 FROM audit_entries WHERE ${ofChain(projectId)} AND seq > $1 AND id < $2 LIMIT 1`,
    [seq, id],
  );
  return rowCount === 0 ? flaw : { ...flaw, kind: 'out of order' };
}

async function* entriesOf(
  client: pg.ClientBase,
  projectId: string | null,
  after: bigint | undefined,
): AsyncGenerator<ChainedEntry> {
  // Without a place it begins below the first one: what a forger has put there comes too.
  let place = { seq: String(after ?? smallest), id: String(after === undefined ? smallest : largest) };
  for (;;) {
    const { rows: found } = await client.query<{ seq: string; id: string }>(
      `SELECT id::text, seq::text FROM audit_entries WHERE ${ofChain(projectId)} AND (seq, id) > ($1, $2)
       ORDER BY audit_entries.seq, audit_entries.id LIMIT ${foundAtOnce}`,
      [place.seq, place.id],
    );
    for (let done = 0; done < found.length; ) {
      const rows = await readEntries(client, found.slice(done));
      if (rows.length === 0) throw new Error('Entries of the audit trail are gone');
      yield* rows;
      done += rows.length;
    }
    const end = found.at(-1);
    if (end === undefined || found.length < foundAtOnce) return;
    place = end;
  }
}

const dialect = new PgDialect();

/** The first of these entries, as many as are not too heavy to be held at once: one at least. */
async function readEntries(
  client: pg.ClientBase,
  found: readonly { readonly id: string }[],
): Promise<readonly ChainedEntry[]> {
  const ids = found.map(({ id }) => id);
  const within = dialect.sqlToQuery(withinBytes(ids, documentBytesMax));
  const { rows } = await client.query<ChainedEntry>(
    `SELECT id::text, seq::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at,
       project_id AS "projectId", environment, actor, address, token, action, entity_kind AS "entityKind",
       entity_key AS "entityKey", before::text, after::text, hash
     FROM audit_entries WHERE ${within.sql} ORDER BY audit_entries.seq, audit_entries.id`,
    within.params,
  );
  return rows;
}

/** The condition that picks a chain's entries, so that the index serves it. The id comes from the database as a UUID. */
function ofChain(projectId: string | null): string {
  return projectId === null ? 'project_id IS NULL' : `project_id = '${projectId}'`;
}
