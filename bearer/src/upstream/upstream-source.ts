import type { Position, SseEvent } from '@fauna-flags/core/link';
import {
  compareStored,
  formatHeldDocuments,
  parseStoredPosition,
  positionOf,
  positionsEventSchema,
  type Snapshot,
  type StoredPosition,
  snapshotEventSchema,
} from '@fauna-flags/protocol';
import type { RulesetSource } from '../rulesets/ruleset-source.ts';
import { fromBase64 } from './base64.ts';
import { UpstreamLink, type UpstreamLinkOptions } from './upstream-link.ts';

/** How long a read waits for the link to come up; whoever asks has something better to do than to wait longer. */
const arrivalMsMax = 1_000;

/** A bearer is told every 10 s, ±20 %, that there is nothing newer; one that was not for longer than this is cut off. */
const staleMsMax = 30_000;

/** What reading from another bearer, or from a manager, takes. */
export interface UpstreamSourceOptions extends UpstreamLinkOptions {
  /** What its reader has verified and holds already: it is not sent again. */
  readonly held?: () => ReadonlyMap<string, Snapshot>;
}

/**
 * Documents out of one stream of a manager or another bearer, rulesets by their environment's UUID and the key registry
 * among them. It answers with what has come while the link is live, which is to say: since all that was newer has come,
 * and signs of life keep coming; else every read rejects. Each snapshot hints its watches, and a link that becomes live
 * hints all.
 *
 * A bearer that is read from may be cut off itself. It then still gives what the reader lacks, but cannot confirm anything:
 * positions, and what the reader holds, are rejected, so that nobody behind it takes itself for current.
 */
export class UpstreamSource implements RulesetSource {
  readonly #options: UpstreamSourceOptions;
  readonly #link: UpstreamLink;
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #watches = new Map<string, Set<() => void>>();
  readonly #arrivals = new Set<() => void>();
  #positions: ReadonlyMap<string, StoredPosition> = new Map();
  #isLive = false;
  #isCutOff = false;
  #isClosed = false;

  constructor(options: UpstreamSourceOptions) {
    this.#options = options;
    this.#link = new UpstreamLink(options, {
      held: () => this.#held(),
      onEvent: (event) => this.#take(event),
      onEnd: () => {
        this.#isLive = false;
      },
    });
  }

  /** Whether it answers. */
  isLive(): boolean {
    return this.#isLive;
  }

  /** Whether what it answers with is known to be the newest. */
  isCurrent(): boolean {
    return this.#isLive && !this.#isCutOff;
  }

  async read(documentId: string): Promise<Snapshot | undefined> {
    await this.#arrival();
    const snapshot = this.#positions.has(documentId) ? this.#snapshots.get(documentId) : undefined;
    if (this.#isCutOff && !this.#isNews(documentId, snapshot)) throw new Error(cutOff);
    return snapshot;
  }

  async position(documentId: string): Promise<Position | undefined> {
    await this.#arrival();
    if (this.#isCutOff) throw new Error(cutOff);
    const position = this.#positions.get(documentId);
    return position === undefined ? undefined : positionOf(position);
  }

  watch(documentId: string, onHint: () => void): () => void {
    const watches = this.#watches.get(documentId) ?? new Set();
    this.#watches.set(documentId, watches);
    // Wrapped, so that one function that watches twice can end once.
    const own = () => onHint();
    if (!this.#isClosed) watches.add(own);
    return () => {
      watches.delete(own);
      if (watches.size === 0 && this.#watches.get(documentId) === watches) this.#watches.delete(documentId);
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#isLive = false;
    this.#link.close();
    this.#watches.clear();
    this.#snapshots.clear();
    for (const arrived of [...this.#arrivals]) arrived();
  }

  /** Resolves once the link is live; rejects when it does not become so soon. */
  async #arrival(): Promise<void> {
    if (!this.#isLive && !this.#isClosed)
      await new Promise<void>((resolve) => {
        const arrived = () => {
          cancel();
          this.#arrivals.delete(arrived);
          resolve();
        };
        const cancel = this.#options.clock.after(arrivalMsMax, arrived);
        this.#arrivals.add(arrived);
      });
    if (!this.#isLive) throw new Error('Cannot read from a manager or another bearer: there is no link');
  }

  /** What the reader holds and has verified counts; so does what has come here and was not asked for yet. */
  #held(): string {
    for (const [documentId, snapshot] of this.#options.held?.() ?? []) {
      const own = this.#snapshots.get(documentId);
      if (own === undefined || compareStored(snapshot, own) === 'newer')
        this.#snapshots.set(documentId, snapshot);
    }
    return formatHeldDocuments(
      [...this.#snapshots].map(([documentId, snapshot]) => [documentId, positionOf(snapshot)] as const),
    );
  }

  #isNews(documentId: string, snapshot: Snapshot | undefined): boolean {
    const held = this.#options.held?.().get(documentId);
    return snapshot !== undefined && (held === undefined || compareStored(snapshot, held) === 'newer');
  }

  #take({ type, data }: SseEvent): void {
    try {
      if (type === 'snapshot') this.#takeSnapshot(data);
      else if (type === 'positions') this.#takePositions(data);
    } catch {
      // What a parser says quotes what it has read, which is nobody's to see in a log.
      throw new Error(`an event "${type}" came that cannot be read`);
    }
  }

  #takeSnapshot(data: string): void {
    const { document, payload, ...position } = snapshotEventSchema.parse(JSON.parse(data));
    const bytes = fromBase64(payload);
    if (bytes === undefined) throw new Error(`document ${document} came in another form than base64`);
    this.#snapshots.set(document, { ...position, payload: bytes });
    const { epoch, version, hash } = position;
    this.#positions = new Map(this.#positions).set(document, { epoch, version, hash });
    if (this.#isLive) this.#hint(document);
  }

  #takePositions(data: string): void {
    const { positions, staleMs = 0 } = positionsEventSchema.parse(JSON.parse(data));
    const stands = new Map<string, StoredPosition>();
    for (const [documentId, text] of Object.entries(positions)) {
      const position = parseStoredPosition(text);
      if (position !== undefined) stands.set(documentId, position);
    }
    this.#positions = stands;
    for (const documentId of [...this.#snapshots.keys()])
      if (!stands.has(documentId)) this.#snapshots.delete(documentId);
    const wasCurrent = this.isCurrent();
    this.#isCutOff = staleMs === null || staleMs > staleMsMax;
    if (this.#isLive && (wasCurrent || this.#isCutOff)) return;
    this.#isLive = true;
    for (const arrived of [...this.#arrivals]) arrived();
    for (const documentId of [...this.#watches.keys()]) this.#hint(documentId);
  }

  #hint(documentId: string): void {
    for (const onHint of [...(this.#watches.get(documentId) ?? [])]) onHint();
  }
}

const cutOff = 'Cannot tell whether there is something newer: the bearer that is read from is cut off itself';
