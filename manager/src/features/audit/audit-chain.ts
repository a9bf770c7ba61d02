import { auditHash, type ChainedEntry } from './audit-hash.ts';

/**
 * What can be wrong with a chain. `edited`: the entry is not the one that was written. `missing`: entries before it are
 * gone. `out of order`: it stands before what was written earlier. `surplus`: it was put in past the chain. `cut off`: the
 * chain ends before the place that it had reached. `end changed`: the note of the chain's end is not what it ends with.
 * `rewritten`: it is whole, but not the one that a checkpoint saw.
 */
export type AuditFlawKind =
  | 'edited'
  | 'missing'
  | 'out of order'
  | 'surplus'
  | 'cut off'
  | 'end changed'
  | 'rewritten';

/** The first thing that is wrong with a chain, and where. */
export interface AuditFlaw {
  readonly kind: AuditFlawKind;
  /** The place in the chain, from 1. */
  readonly seq: string;
  /** The row of `audit_entries`; absent where it is one that is gone. */
  readonly id?: string;
}

/** A place in a chain: how many entries it has there, and the hash of the last one. */
export interface ChainEnd {
  readonly seq: bigint;
  readonly hash: Uint8Array;
}

/** What a chain must hold besides being whole. */
export interface ChainPromises {
  /** Where the database says that it ends; absent where it does not know the chain. */
  readonly end: ChainEnd | undefined;
  /** Where it was when a checkpoint was written. */
  readonly seen: ChainEnd | undefined;
  /** Begins here instead of at the first entry. */
  readonly from?: ChainEnd;
}

const beginning: ChainEnd = { seq: 0n, hash: new Uint8Array() };

/** Follows one chain, entry by entry in the order of their places, up to the first flaw. */
export class AuditChain {
  readonly #promises: ChainPromises;
  #last: ChainEnd;
  #lastId: bigint | undefined;
  #count = 0;

  constructor(promises: ChainPromises) {
    this.#promises = promises;
    this.#last = promises.from ?? beginning;
  }

  /** How many entries were found to be right. */
  get count(): number {
    return this.#count;
  }

  /** Where it has come to. */
  get last(): ChainEnd {
    return this.#last;
  }

  /** Takes the next entry; answers what is wrong with it. */
  take(entry: ChainedEntry): AuditFlaw | undefined {
    const { end, seen } = this.#promises;
    const [seq, id, expected] = [BigInt(entry.seq), BigInt(entry.id), this.#last.seq + 1n];
    const flaw = (kind: AuditFlawKind): AuditFlaw => ({ kind, seq: entry.seq, id: entry.id });
    if (seq < expected || end === undefined || seq > end.seq) return flaw('surplus');
    if (seq > expected) return { kind: 'missing', seq: String(expected) };
    if (this.#lastId !== undefined && id <= this.#lastId) return flaw('out of order');
    if (!isSame(entry.hash, auditHash(this.#last.hash, entry))) return flaw('edited');
    if (seen?.seq === seq && !isSame(seen.hash, entry.hash)) return flaw('rewritten');
    this.#last = { seq, hash: entry.hash };
    this.#lastId = id;
    this.#count += 1;
    return undefined;
  }

  /** Whether it ends where it must, once there are no more entries. */
  conclude(): AuditFlaw | undefined {
    const { end = beginning, seen = beginning } = this.#promises;
    const { seq, hash } = this.#last;
    const next = String(seq + 1n);
    if (seq < end.seq || seq < seen.seq) return { kind: 'cut off', seq: next };
    return seq === end.seq && isSame(hash, end.hash) ? undefined : { kind: 'end changed', seq: String(seq) };
  }
}

/** The flaw in words that go on after the name of the chain. */
export function auditFlawText({ kind, seq, id }: AuditFlaw): string {
  const entry = id === undefined ? `entry ${seq}` : `entry ${seq} (id ${id})`;
  switch (kind) {
    case 'edited':
      return `${entry} was edited: it does not have the hash that it was written with`;
    case 'missing':
      return `${entry} is missing`;
    case 'out of order':
      return `${entry} is out of order: what was written before it stands behind it`;
    case 'surplus':
      return `${entry} is surplus: it was put in past the chain`;
    case 'cut off':
      return `${entry} and what followed it were cut off at the end`;
    case 'end changed':
      return `its end in audit_chains is not what ${entry} ends it with`;
    case 'rewritten':
      return `${entry} is another than the checkpoint saw: the chain was written anew`;
  }
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
