import { positionOf, type Snapshot } from '@fauna-flags/protocol';
import type { KeySource } from '../keys/key-source.ts';
import { keysAmong } from '../keys/keys-among.ts';
import type { RulesetSource } from '../rulesets/ruleset-source.ts';

/**
 * Documents in memory: environments' rulesets by UUID, and the key registry under `keyRegistryDocument`. It is the store
 * of the all-in-one process. It holds what it is given and judges nothing; whoever puts decides what is newer.
 */
export class MemoryShelf {
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #listeners = new Set<(documentId: string) => void>();

  /** Lays a snapshot down and tells the listeners, also when it was there already. Its bytes must not change any more. */
  put(documentId: string, snapshot: Snapshot): void {
    this.#snapshots.set(documentId, snapshot);
    for (const listener of [...this.#listeners]) listener(documentId);
  }

  /** What lies there. */
  read(documentId: string): Snapshot | undefined {
    return this.#snapshots.get(documentId);
  }

  /** Takes a document away, unasked and untold: to a reader, nothing there never means "empty it". */
  remove(documentId: string): void {
    this.#snapshots.delete(documentId);
  }

  /** The ids of everything that lies there. */
  documents(): readonly string[] {
    return [...this.#snapshots.keys()];
  }

  /** Tells of every `put` from now on; the answer ends it. */
  subscribe(listener: (documentId: string) => void): () => void {
    // Wrapped, so that one function subscribed twice can be taken off once.
    const own = (documentId: string) => listener(documentId);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }
}

/** Reads a shelf through the ports, exactly as a remote store would be read. */
export function memorySources(shelf: MemoryShelf): { rulesets: RulesetSource; keys: KeySource } {
  return { rulesets: new MemoryRulesetSource(shelf), keys: keysAmong(new MemoryRulesetSource(shelf)) };
}

class MemoryRulesetSource implements RulesetSource {
  readonly #shelf: MemoryShelf;
  readonly #watches = new Set<() => void>();

  constructor(shelf: MemoryShelf) {
    this.#shelf = shelf;
  }

  async read(environmentId: string) {
    return this.#shelf.read(environmentId);
  }

  async position(environmentId: string) {
    const snapshot = this.#shelf.read(environmentId);
    return snapshot === undefined ? undefined : positionOf(snapshot);
  }

  watch(environmentId: string, onHint: () => void) {
    const end = this.#shelf.subscribe((documentId) => {
      if (documentId === environmentId) onHint();
    });
    this.#watches.add(end);
    return () => {
      this.#watches.delete(end);
      end();
    };
  }

  async close() {
    for (const end of this.#watches) end();
    this.#watches.clear();
  }
}
