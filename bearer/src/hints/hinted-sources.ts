import type { Position } from '@fauna-flags/core/link';
import type { Snapshot } from '@fauna-flags/protocol';
import type { KeySource } from '../keys/key-source.ts';
import { keysAmong } from '../keys/keys-among.ts';
import type { RulesetSource } from '../rulesets/ruleset-source.ts';
import type { HintLink } from './hint-link.ts';

/** The two sources of a bearer, over the same connections. */
export interface HintedSources {
  readonly rulesets: RulesetSource;
  readonly keys: KeySource;
  /** Ends both sources and the connections; may be called twice. */
  close(): Promise<void>;
}

/** What a store must be able to tell of a document. Both may reject. */
export interface StoredDocuments {
  read(documentId: string): Promise<Snapshot | undefined>;
  position(documentId: string): Promise<Position | undefined>;
}

/** Sources out of a store that is read from, and a channel that is listened to. `close` is called with the last of them. */
export function hintedSources({
  store,
  hints,
  close,
}: {
  readonly store: StoredDocuments;
  readonly hints: HintLink;
  readonly close: () => Promise<void>;
}): HintedSources {
  const open = new Set<HintedDocuments>();
  const onClosed = async (closed: HintedDocuments) => {
    open.delete(closed);
    if (open.size > 0) return;
    hints.close();
    await close();
  };
  const documents = () => {
    const opened = new HintedDocuments({ store, hints, onClosed });
    open.add(opened);
    return opened;
  };
  return {
    rulesets: documents(),
    keys: keysAmong(documents()),
    async close() {
      for (const opened of [...open]) await opened.close();
    },
  };
}

class HintedDocuments implements RulesetSource {
  readonly #store: StoredDocuments;
  readonly #hints: HintLink;
  readonly #onClosed: (closed: HintedDocuments) => Promise<void>;
  readonly #watches = new Set<() => void>();
  #closed = false;

  constructor({
    store,
    hints,
    onClosed,
  }: {
    readonly store: StoredDocuments;
    readonly hints: HintLink;
    readonly onClosed: (closed: HintedDocuments) => Promise<void>;
  }) {
    this.#store = store;
    this.#hints = hints;
    this.#onClosed = onClosed;
  }

  async read(documentId: string): Promise<Snapshot | undefined> {
    this.#check();
    return this.#store.read(documentId);
  }

  async position(documentId: string): Promise<Position | undefined> {
    this.#check();
    return this.#store.position(documentId);
  }

  watch(documentId: string, onHint: () => void): () => void {
    if (this.#closed) return () => {};
    const unwatch = this.#hints.watch(documentId, onHint);
    const end = () => {
      this.#watches.delete(end);
      unwatch();
    };
    this.#watches.add(end);
    return end;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const end of [...this.#watches]) end();
    await this.#onClosed(this);
  }

  #check(): void {
    if (this.#closed) throw new Error('Cannot read from the store: this source was closed');
  }
}
