import type { Position } from '@fauna-flags/core/link';
import { positionOf, type Snapshot } from '@fauna-flags/protocol';
import type { RulesetSource } from '../rulesets/ruleset-source.ts';

/**
 * What hubs have told one isolate, as the source of its bearer. A hub that cannot confirm what it tells is a source that
 * cannot be asked, so that answers say how old they may be; but what it has told once is read.
 */
export class IsolateDocuments implements RulesetSource {
  readonly #snapshots = new Map<string, Snapshot>();
  /** What has come and was not read yet. */
  readonly #unread = new Set<string>();
  /** What its hub could confirm when it was last asked. */
  readonly #confirmed = new Set<string>();
  readonly #watches = new Map<string, Set<() => void>>();

  /** What was told last. */
  find(documentId: string): Snapshot | undefined {
    return this.#snapshots.get(documentId);
  }

  /** Takes what a hub has told, and hints. An isolate asks several hubs, so what is older than what it has is ignored. */
  take(documentId: string, snapshot: Snapshot): boolean {
    const held = this.#snapshots.get(documentId);
    if (held !== undefined && isOlder(snapshot, held)) return false;
    this.#snapshots.set(documentId, snapshot);
    this.#unread.add(documentId);
    return true;
  }

  /** Whether the hub of a document can confirm that there is nothing newer; hints, so that this is known. */
  confirm(documentId: string, isConfirmed: boolean): void {
    if (isConfirmed) this.#confirmed.add(documentId);
    else this.#confirmed.delete(documentId);
    for (const onHint of [...(this.#watches.get(documentId) ?? [])]) onHint();
  }

  async read(documentId: string): Promise<Snapshot | undefined> {
    const isNews = this.#unread.delete(documentId);
    if (!isNews && !this.#confirmed.has(documentId) && this.#snapshots.has(documentId))
      throw new Error('Cannot confirm that this is the newest: the hub cannot');
    return this.#snapshots.get(documentId);
  }

  async position(documentId: string): Promise<Position | undefined> {
    const snapshot = await this.read(documentId);
    return snapshot === undefined ? undefined : positionOf(snapshot);
  }

  watch(documentId: string, onHint: () => void): () => void {
    const watches = this.#watches.get(documentId) ?? new Set();
    this.#watches.set(documentId, watches);
    const own = () => onHint();
    watches.add(own);
    return () => void watches.delete(own);
  }

  /** Isolates end without a word, so nothing is ever closed. */
  async close(): Promise<void> {
    this.#watches.clear();
  }
}

function isOlder(a: Snapshot, b: Snapshot): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.version < b.version);
}
