import type { Snapshot } from '@fauna-flags/protocol';
import { type ApplyAttempt, copiesPerDocument, type SnapshotCopies } from '../documents/snapshot-copies.ts';
import type { DurableStorage, SqlValue } from './durable-storage.ts';

/** A row takes 2 MB at most, and a ruleset may have 5. */
const partBytes = 1024 * 1024;

/** Copies in the storage of a Durable Object: each in rows of its own, in parts that fit into a row. */
export class DurableCopies implements SnapshotCopies {
  readonly #storage: DurableStorage;

  constructor(storage: DurableStorage) {
    this.#storage = storage;
    storage.sql.exec(`CREATE TABLE IF NOT EXISTS copies (
      document TEXT, saved INTEGER, part INTEGER, parts INTEGER,
      epoch INTEGER, version INTEGER, hash TEXT, signature TEXT, bytes BLOB,
      PRIMARY KEY (document, saved, part))`);
    storage.sql.exec(`CREATE TABLE IF NOT EXISTS attempts (
      document TEXT PRIMARY KEY, epoch INTEGER, version INTEGER, hash TEXT, attempt INTEGER, began INTEGER)`);
  }

  async load(): Promise<ReadonlyMap<string, readonly Snapshot[]>> {
    const rows = this.#all('SELECT * FROM copies ORDER BY document, saved DESC, part');
    const copies = new Map<string, Snapshot[]>();
    for (const [documentId, parts] of groupsOf(rows)) {
      const snapshot = snapshotOf(parts);
      if (snapshot === undefined) continue;
      copies.set(documentId, [...(copies.get(documentId) ?? []), snapshot]);
    }
    return copies;
  }

  async save(documentId: string, { epoch, version, hash, payload, signature }: Snapshot): Promise<void> {
    const parts = Math.max(1, Math.ceil(payload.length / partBytes));
    this.#storage.transactionSync(() => {
      this.#run(
        'DELETE FROM copies WHERE document = ? AND epoch = ? AND version = ? AND hash = ?',
        documentId,
        epoch,
        version,
        hash,
      );
      const [last] = this.#all('SELECT MAX(saved) AS saved FROM copies WHERE document = ?', documentId);
      const saved = Number(last?.saved ?? 0) + 1;
      for (let part = 0; part < parts; part += 1)
        this.#run(
          'INSERT INTO copies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
          documentId,
          saved,
          part,
          parts,
          epoch,
          version,
          hash,
          signature ?? null,
          payload.slice(part * partBytes, (part + 1) * partBytes),
        );
      this.#run(
        `DELETE FROM copies WHERE document = ?1 AND saved NOT IN
          (SELECT DISTINCT saved FROM copies WHERE document = ?1 ORDER BY saved DESC LIMIT ?2)`,
        documentId,
        copiesPerDocument,
      );
    });
  }

  async remove(documentId: string): Promise<void> {
    this.#storage.transactionSync(() => {
      this.#run('DELETE FROM copies WHERE document = ?', documentId);
      this.#run('DELETE FROM attempts WHERE document = ?', documentId);
    });
  }

  async beginApplying(documentId: string, { position, attempt, beganAtMs }: ApplyAttempt): Promise<void> {
    const { epoch, version, hash } = position;
    this.#run(
      'INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?, ?)',
      documentId,
      epoch,
      version,
      hash,
      attempt,
      beganAtMs,
    );
  }

  async endApplying(documentId: string): Promise<void> {
    this.#run('DELETE FROM attempts WHERE document = ?', documentId);
  }

  async interrupted(): Promise<ReadonlyMap<string, ApplyAttempt>> {
    return new Map(
      this.#all('SELECT * FROM attempts').map((row) => [
        String(row.document),
        {
          position: { epoch: Number(row.epoch), version: Number(row.version), hash: String(row.hash) },
          attempt: Number(row.attempt),
          beganAtMs: Number(row.began),
        },
      ]),
    );
  }

  #all(query: string, ...bindings: (SqlValue | ArrayBufferView)[]): readonly Row[] {
    return this.#storage.sql.exec(query, ...bindings).toArray();
  }

  #run(query: string, ...bindings: (SqlValue | ArrayBufferView)[]): void {
    this.#storage.sql.exec(query, ...bindings);
  }
}

type Row = Readonly<Record<string, SqlValue>>;

/** Rows that are parts of the same copy, with the document that it is of. */
function groupsOf(rows: readonly Row[]): readonly (readonly [string, readonly Row[]])[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const name = `${row.saved} ${row.document}`;
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups.values()].map((parts) => [String(parts[0]?.document), parts]);
}

/** The copy that these parts make; `undefined` when some are missing. */
function snapshotOf(parts: readonly Row[]): Snapshot | undefined {
  const [first] = parts;
  if (first === undefined || Number(first.parts) !== parts.length) return undefined;
  const pieces = parts.flatMap(({ bytes }) => (bytes instanceof ArrayBuffer ? [new Uint8Array(bytes)] : []));
  const payload = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    payload.set(piece, at);
    at += piece.length;
  }
  return {
    epoch: Number(first.epoch),
    version: Number(first.version),
    hash: String(first.hash),
    payload,
    ...(typeof first.signature === 'string' ? { signature: first.signature } : {}),
  };
}
