import { type Clock, within } from '../clock.ts';
import { type Log, reasonOf } from '../log.ts';
import { KeptDocument, type KeptDocumentOptions } from './kept-document.ts';
import type { SnapshotCopies } from './snapshot-copies.ts';

/**
 * How long reading the copies may take before a bearer starts without: for a folder on a network that hangs. A thousand
 * environments on a slow disk must not reach it, since what they lose is all that there may be.
 */
const loadMsMax = 30_000;

/** What is told of when it is about no document by itself. */
const everything = 'all';

/** How long the end waits for copies that are being written. */
const settleMsMax = 2_000;

/** The copies of all documents of one bearer. What goes wrong with them is told once, counted, and stops nothing. */
export class KeptDocuments {
  readonly #copies: SnapshotCopies;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #documents = new Map<string, KeptDocument>();
  #failures = 0;
  /** Those whose last call went wrong. */
  readonly #failing = new Set<string>();

  constructor({
    copies,
    clock,
    log,
  }: {
    readonly copies: SnapshotCopies;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#copies = copies;
    this.#clock = clock;
    this.#log = log;
  }

  /** Calls to the copies that went wrong since the start. */
  get failures(): number {
    return this.#failures;
  }

  /** Reads what the process before has left. Never rejects; must be through before `of` is asked. */
  async load(): Promise<void> {
    try {
      const [kept, interrupted] = await within(
        this.#clock,
        loadMsMax,
        Promise.all([this.#copies.load(), this.#copies.interrupted()]),
      );
      for (const documentId of new Set([...kept.keys(), ...interrupted.keys()]))
        this.#documents.set(
          documentId,
          this.#make(documentId, {
            kept: kept.get(documentId) ?? [],
            interrupted: interrupted.get(documentId),
          }),
        );
      this.#tell(everything, undefined);
    } catch (error) {
      this.#tell(everything, error);
    }
  }

  /** One document's own, the same each time. */
  of(documentId: string): KeptDocument {
    const known = this.#documents.get(documentId);
    if (known !== undefined) return known;
    const made = this.#make(documentId, { kept: [], interrupted: undefined });
    this.#documents.set(documentId, made);
    return made;
  }

  /** Takes away the copies of all other documents. */
  retain(documentIds: ReadonlySet<string>): void {
    for (const [documentId, document] of this.#documents) if (!documentIds.has(documentId)) document.forget();
  }

  /** Resolves once nothing is left to be written, or not within two seconds. Never rejects. */
  async settled(): Promise<void> {
    const all = Promise.all([...this.#documents.values()].map((document) => document.settled()));
    await within(this.#clock, settleMsMax, all).catch((error: unknown) => this.#tell(everything, error));
  }

  #make(documentId: string, left: Pick<KeptDocumentOptions, 'kept' | 'interrupted'>): KeptDocument {
    return new KeptDocument({
      ...left,
      documentId,
      copies: this.#copies,
      clock: this.#clock,
      onOutcome: (error) => this.#tell(documentId, error),
    });
  }

  /** At the edges only: a full disk fails every change of every document. */
  #tell(what: string, error: unknown): void {
    if (error === undefined) {
      if (this.#failing.delete(what) && this.#failing.size === 0)
        this.#log.info('Copies of documents can be kept again');
      return;
    }
    this.#failures += 1;
    if (this.#failing.size === 0)
      this.#log.warn('Cannot keep copies of documents, serving goes on from memory', {
        document: what,
        reason: reasonOf(error),
      });
    this.#failing.add(what);
  }
}
