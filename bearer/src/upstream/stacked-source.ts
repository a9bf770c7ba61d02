import type { Position } from '@fauna-flags/core/link';
import { keyRegistryDocument, type Snapshot } from '@fauna-flags/protocol';
import { type Clock, within } from '../clock.ts';
import type { Log } from '../log.ts';
import type { RulesetSource } from '../rulesets/ruleset-source.ts';
import type { SourceInUse } from '../status.ts';
import { TokenBucket } from '../token-bucket.ts';

/*
 * A store, and somebody to ask while it is away.
 *
 *   store ── no answer ──▶ doubtful ── for 5 s, and 3 s ± 20 % more ──▶ fallback
 *     ▲                        │                                          │
 *     └──────── an answer ─────┴───────────────── an answer ──────────────┘
 *
 * The store is asked every two seconds where the key registry stands, the cheapest question that it has. The wait before
 * the fallback is opened has jitter, and openings are counted out by a bucket: a store that goes away takes the whole
 * fleet to the managers, and one that comes and goes would take it there again and again. The first answer of the store
 * leads back to it, with a hint to every watch, so that nothing is missed that only one of the two has told.
 *
 * Each read goes to one of the two. Which one never matters to what is served: readers only move forward.
 */

/** A source that knows how it does, and hints every watch when it begins to answer. */
export interface FallbackSource extends RulesetSource {
  /** Whether it answers. */
  isLive(): boolean;
  /** Whether what it answers with is known to be the newest. */
  isCurrent(): boolean;
}

/** What a stack lives on. */
export interface StackedSourceOptions {
  readonly primary: RulesetSource;
  /** Opens the fallback, which is closed when the primary is back; absent where there is none. */
  readonly openFallback?: (() => FallbackSource) | undefined;
  /** Between two questions to a store that answers; 2 s when absent. What it is asked may cost somebody money. */
  readonly probeMs?: number | undefined;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
}

const probeMsByDefault = 2_000;
/** More often while there is no answer: the way back must be short. */
const probeDoubtfulMs = 1_000;
/** The same before the first answer ever: there may be nothing to serve. */
const probeColdMs = 250;
const probeMsMax = 2_000;
/** How long the store may be silent before it counts as away. */
const doubtMs = 5_000;
/** The same for a store that has never answered: a bearer that has just started may have nothing to serve. */
const doubtColdMs = 1_000;
const openMs = 3_000;
/** How often the fallback may be opened by one bearer. */
const openings = { burst: 3, everyMs: 20_000 } as const;

interface Watch {
  readonly documentId: string;
  readonly onHint: () => void;
  readonly endPrimary: () => void;
  endFallback: () => void;
}

/** Reads from the primary, and from the fallback while the primary cannot be used. */
export class StackedSource implements RulesetSource {
  readonly #options: StackedSourceOptions;
  readonly #openings: TokenBucket;
  readonly #watches = new Set<Watch>();
  readonly #startedAt: number;
  #answeredAt: number | undefined;
  #isUp = false;
  #fallback: FallbackSource | undefined;
  #isClosed = false;
  #cancelProbe = () => {};
  #cancelOpening: (() => void) | undefined;

  constructor(options: StackedSourceOptions) {
    this.#options = options;
    this.#openings = new TokenBucket(options.clock, openings);
    this.#startedAt = options.clock.steady();
    void this.#probe();
  }

  /** Which of the two answers now. */
  inUse(): SourceInUse {
    if (this.#isUp) return 'store';
    return this.#fallback?.isCurrent() === true ? 'fallback' : 'none';
  }

  read(documentId: string): Promise<Snapshot | undefined> {
    return this.#source().read(documentId);
  }

  position(documentId: string): Promise<Position | undefined> {
    return this.#source().position(documentId);
  }

  watch(documentId: string, onHint: () => void): () => void {
    const watch: Watch = {
      documentId,
      onHint,
      endPrimary: this.#options.primary.watch(documentId, onHint),
      endFallback: this.#fallback?.watch(documentId, onHint) ?? (() => {}),
    };
    this.#watches.add(watch);
    return () => this.#end(watch);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelProbe();
    this.#cancelOpening?.();
    for (const watch of [...this.#watches]) this.#end(watch);
    await Promise.all([this.#options.primary.close(), this.#fallback?.close()]);
  }

  #source(): RulesetSource {
    return !this.#isUp && this.#fallback?.isLive() === true ? this.#fallback : this.#options.primary;
  }

  async #probe(): Promise<void> {
    const { clock, primary, random, probeMs = probeMsByDefault } = this.#options;
    try {
      await within(clock, probeMsMax, primary.position(keyRegistryDocument));
      this.#answered();
    } catch {
      // Why is told by whoever holds the connection.
      this.#doubt();
    }
    if (this.#isClosed) return;
    const doubtfulMs = this.#answeredAt === undefined ? probeColdMs : probeDoubtfulMs;
    const delayMs = (this.#isUp ? probeMs : doubtfulMs) * (0.9 + 0.2 * random());
    this.#cancelProbe = clock.after(delayMs, () => void this.#probe());
  }

  #answered(): void {
    if (this.#isClosed) return;
    this.#answeredAt = this.#options.clock.steady();
    this.#isUp = true;
    this.#cancelOpening?.();
    this.#cancelOpening = undefined;
    if (this.#fallback !== undefined) this.#closeFallback(this.#fallback);
  }

  #doubt(): void {
    this.#isUp = false;
    if (this.#options.openFallback === undefined) return;
    if (this.#isClosed || this.#fallback !== undefined || this.#cancelOpening !== undefined) return;
    const { clock, random } = this.#options;
    const since = this.#answeredAt ?? this.#startedAt;
    const patienceMs = this.#answeredAt === undefined ? doubtColdMs : doubtMs;
    const doubtLeftMs = Math.max(0, since + patienceMs - clock.steady());
    const jittered = openMs * (0.8 + 0.4 * random());
    this.#cancelOpening = clock.after(Math.max(doubtLeftMs + jittered, this.#openings.waitMs()), () => {
      this.#cancelOpening = undefined;
      this.#openFallback();
    });
  }

  #openFallback(): void {
    const { openFallback, log } = this.#options;
    if (openFallback === undefined) return;
    if (!this.#openings.take()) {
      this.#doubt();
      return;
    }
    log.warn('The store is away: reading from a manager or another bearer');
    this.#fallback = openFallback();
    for (const watch of this.#watches)
      watch.endFallback = this.#fallback.watch(watch.documentId, watch.onHint);
  }

  #closeFallback(fallback: FallbackSource): void {
    this.#options.log.info('The store is back: reading from it again');
    this.#fallback = undefined;
    for (const watch of this.#watches) watch.endFallback();
    void fallback.close().catch(() => {});
    for (const { onHint } of [...this.#watches]) onHint();
  }

  #end(watch: Watch): void {
    watch.endPrimary();
    watch.endFallback();
    this.#watches.delete(watch);
  }
}
