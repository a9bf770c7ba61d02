import { keyRegistryDocument, type Snapshot } from '@fauna-flags/protocol';
import type { DocumentLibrary } from './document-library.ts';

/** Whoever holds a document; its last good state as it came. */
interface Holder {
  readonly snapshot: Snapshot | undefined;
  heartbeat(): { readonly staleMs: number | null };
}

/** What a bearer holds, verified and served, as a library for the bearers behind it. */
export class BearerLibrary implements DocumentLibrary {
  readonly #keys: Holder;
  readonly #environments: () => Iterable<{ readonly id: string; readonly follower: Holder }>;
  readonly #watches = new Set<() => void>();

  constructor(
    keys: Holder,
    environments: () => Iterable<{ readonly id: string; readonly follower: Holder }>,
  ) {
    this.#keys = keys;
    this.#environments = environments;
  }

  /** Everything that is held. */
  held(): ReadonlyMap<string, Snapshot> {
    const held = new Map<string, Snapshot>();
    if (this.#keys.snapshot !== undefined) held.set(keyRegistryDocument, this.#keys.snapshot);
    for (const { id, follower } of this.#environments())
      if (follower.snapshot !== undefined) held.set(id, follower.snapshot);
    return held;
  }

  async positions() {
    return this.held();
  }

  /** The registry stands for all: every document comes from the same source. */
  staleMs(): number | null {
    return this.#keys.heartbeat().staleMs;
  }

  async read(documentId: string): Promise<Snapshot | undefined> {
    return this.held().get(documentId);
  }

  watch(onHint: () => void): () => void {
    // Wrapped, so that one function that watches twice can end once.
    const own = () => onHint();
    this.#watches.add(own);
    return () => void this.#watches.delete(own);
  }

  /** Something has been applied. */
  changed(): void {
    for (const onHint of [...this.#watches]) onHint();
  }
}
