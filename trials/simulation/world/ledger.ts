import { type CompiledRuleset, compile } from '@fauna-flags/core';
import type { Snapshot } from '@fauna-flags/protocol';
import { contexts, expectedValues, type Reader } from './content.ts';
import { wireText } from './standing.ts';

/** What was committed at one position of one document, whether it survived or not. */
interface Entry {
  readonly snapshot: Snapshot;
  readonly committedAt: number;
  compiled?: CompiledRuleset;
  /** What each user should see, once somebody has asked. */
  readonly expected: Map<string, string>;
}

/** Everything that was ever committed: what a reader holds must be one of these, as a whole. */
export class Ledger {
  readonly #entries = new Map<string, Entry>();

  /** How many positions there were. */
  get size(): number {
    return this.#entries.size;
  }

  record(documentId: string, snapshot: Snapshot, committedAt: number): void {
    const name = `${documentId} ${wireText(snapshot)}`;
    if (!this.#entries.has(name)) this.#entries.set(name, { snapshot, committedAt, expected: new Map() });
  }

  /** The snapshot that was committed there. */
  snapshot(documentId: string, position: string): Snapshot | undefined {
    return this.#entries.get(`${documentId} ${position}`)?.snapshot;
  }

  /** What a user should see at a position of a ruleset; undefined when nothing was committed there. */
  expected(documentId: string, position: string, user: number, reader: Reader): string | undefined {
    const entry = this.#entries.get(`${documentId} ${position}`);
    const context = contexts[user];
    if (entry === undefined || context === undefined) return undefined;
    const known = entry.expected.get(`${reader} ${user}`);
    if (known !== undefined) return known;
    entry.compiled ??= compile(JSON.parse(new TextDecoder().decode(entry.snapshot.payload)));
    const values = expectedValues(entry.compiled, context, reader);
    entry.expected.set(`${reader} ${user}`, values);
    return values;
  }
}
