import { createHash } from 'node:crypto';

/** An entry as its chain covers it: texts as the database writes them, so that nothing is rounded or parsed on the way. */
export interface ChainedEntry {
  readonly id: string;
  readonly seq: string;
  /** As `2030-01-31T12:00:00.000Z`. */
  readonly at: string | null;
  readonly projectId: string | null;
  readonly environment: string | null;
  readonly actor: string;
  readonly address: string;
  readonly token: string | null;
  readonly action: string;
  readonly entityKind: string;
  readonly entityKey: string;
  /** The documents as the texts that they are stored as. */
  readonly before: string | null;
  readonly after: string | null;
  readonly hash: Uint8Array;
}

/**
 * The hash that an entry must have behind the hash of the entry before it, which is empty at the beginning of a chain. It
 * is what the trigger `audit_chain` computes, from the text of the function `audit_text`.
 */
export function auditHash(before: Uint8Array, entry: ChainedEntry): Buffer {
  return createHash('sha256').update(before).update(auditText(entry)).digest();
}

/** Postgres puts the values between ", " and escapes texts as JSON does; numbers stand as they are. */
function auditText(entry: ChainedEntry): string {
  const texts = [
    entry.at,
    entry.projectId,
    entry.environment,
    entry.actor,
    entry.address,
    entry.token,
    entry.action,
    entry.entityKind,
    entry.entityKey,
    entry.before,
    entry.after,
  ];
  return `[${[entry.id, entry.seq, ...texts.map((text) => JSON.stringify(text))].join(', ')}]`;
}
