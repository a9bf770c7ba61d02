/*
 * Carries snapshots from the database to the store.
 *
 * Every manager runs one, without a leader and without a lock: the store's compare-and-set makes it harmless that several
 * offer the same snapshot, or that one offers an old one late. A commit nudges the publisher of its own process; whatever
 * a nudge misses (a crash between commit and nudge, a commit of another manager) the poll finds. Nothing here is on a
 * writer's path, so a commit never waits for the store.
 *
 * A store that knows more than the database (`older`, `fork`) means that the database has lost commits. Then the
 * document moves to a higher epoch, which every reader accepts, and the surviving history wins everywhere. The database
 * is asked again after the store has been seen, because between the two another manager may simply have written.
 */
import { reasonOf } from '../../platform/reason-of.ts';
import type { Outbox } from './outbox.ts';
import { compareStored, type PublishStore, type StoredPosition } from './publish-store.ts';

/** What a publisher lives on; clock and chance are given, so that a simulation can drive it. */
export interface PublisherDependencies {
  readonly outbox: Outbox;
  readonly store: PublishStore;
  /** Calls back once after `delayMs` and answers how to call it off. */
  readonly schedule: (callback: () => void, delayMs: number) => () => void;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly log: { warn(fields: object, message: string): void };
}

/** A running publisher. */
export interface Publisher {
  /** A commit has happened: publish now instead of at the next poll. May be lost without harm. */
  nudge(): void;
  /** Resolves once what was committed before this call has been offered to the store, or could not be. Never rejects. */
  settled(): Promise<void>;
  /** Whether the store answered when it was last asked, which is at least every five seconds. */
  isStoreUp(): boolean;
  /** Where every document stands in the store, as far as this publisher knows; for the delivery report. */
  delivered(documentId: string): StoredPosition | undefined;
  /** Ends after the round under way. */
  close(): Promise<void>;
}

const pollMs = 250;
const reconcileMs = 5_000;
const backoffMsMin = 100;
const backoffMsMax = 5_000;

/**
 * Starts a publisher. It resolves once the store has been brought in line with the database for the first time, or could
 * not be reached: writers need no store, so neither does the start.
 */
export async function startPublisher(dependencies: PublisherDependencies): Promise<Publisher> {
  const publisher = new RunningPublisher(dependencies);
  await publisher.begin();
  return publisher;
}

class RunningPublisher implements Publisher {
  readonly #dependencies: PublisherDependencies;
  readonly #delivered = new Map<string, StoredPosition>();
  #round: Promise<void> | undefined;
  #again = false;
  #closed = false;
  #failures = 0;
  #sinceReconcileMs = 0;
  #isStoreUp = true;
  #cancel: () => void = () => undefined;

  constructor(dependencies: PublisherDependencies) {
    this.#dependencies = dependencies;
  }

  async begin(): Promise<void> {
    try {
      await this.#reconcile();
    } catch (error) {
      if (this.#isStoreUp) throw error;
      this.#sinceReconcileMs = reconcileMs;
      this.#wait(this.#backOff(error));
      return;
    }
    this.#wait(this.#pollDelay());
  }

  isStoreUp(): boolean {
    return this.#isStoreUp;
  }

  nudge(): void {
    if (this.#closed) return;
    // A round under way may have looked before this commit; it must look once more.
    if (this.#round !== undefined) this.#again = true;
    else void this.#turn();
  }

  async settled(): Promise<void> {
    // The round under way does not end before it has looked again for every nudge that came meanwhile.
    await this.#round?.catch(() => undefined);
  }

  delivered(documentId: string): StoredPosition | undefined {
    return this.#delivered.get(documentId);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await this.#round;
  }

  /** Compares the whole store with the database: what is missing there, or behind, is published again. */
  async #reconcile(): Promise<void> {
    const { outbox } = this.#dependencies;
    const stored = await this.#ask((store) => store.positions());
    for (const [documentId, position] of await outbox.positions()) {
      const there = stored.get(documentId);
      if (there !== undefined && compareStored(position, there) === 'same')
        this.#delivered.set(documentId, there);
      else await this.#publish(documentId);
    }
  }

  #wait(delayMs: number): void {
    if (this.#closed) return;
    this.#cancel = this.#dependencies.schedule(() => {
      this.#sinceReconcileMs += delayMs;
      void this.#turn();
    }, delayMs);
  }

  /** One round, then the next wait; rounds never overlap. */
  async #turn(): Promise<void> {
    if (this.#round !== undefined || this.#closed) return;
    this.#cancel();
    this.#round = this.#publishPending();
    let delayMs: number;
    try {
      await this.#round;
      this.#failures = 0;
      delayMs = this.#pollDelay();
    } catch (error) {
      delayMs = this.#backOff(error);
    }
    this.#round = undefined;
    this.#wait(delayMs);
  }

  #pollDelay(): number {
    return pollMs * (0.5 + this.#dependencies.random() / 2);
  }

  /** How long to wait after a round that failed. Told once an outage: it may be a long one. */
  #backOff(error: unknown): number {
    const ceilingMs = Math.min(backoffMsMax, backoffMsMin * 2 ** this.#failures);
    if (this.#failures === 0)
      this.#dependencies.log.warn({ reason: reasonOf(error) }, 'Cannot publish: trying again until it works');
    this.#failures = Math.min(this.#failures + 1, 16);
    return ceilingMs * (0.5 + this.#dependencies.random() / 2);
  }

  /** Asks the store, and remembers whether it answered. */
  async #ask<Answer>(question: (store: PublishStore) => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await question(this.#dependencies.store);
      this.#isStoreUp = true;
      return answer;
    } catch (error) {
      this.#isStoreUp = false;
      throw error;
    }
  }

  async #publishPending(): Promise<void> {
    do {
      this.#again = false;
      if (this.#sinceReconcileMs >= reconcileMs) {
        await this.#reconcile();
        // Only now: one that failed is due again with the next round.
        this.#sinceReconcileMs = 0;
      }
      for (const documentId of await this.#dependencies.outbox.pending()) await this.#publish(documentId);
      for (const documentId of await this.#dependencies.outbox.deleted()) await this.#remove(documentId);
    } while (this.#again && !this.#closed);
  }

  async #publish(documentId: string): Promise<void> {
    const { outbox, log } = this.#dependencies;
    const snapshot = await outbox.read(documentId);
    if (snapshot === undefined) return;
    const result = await this.#ask((store) => store.compareAndSet(documentId, snapshot));
    if (result.outcome === 'stored' || result.outcome === 'same') {
      const { epoch, version, hash } = snapshot;
      this.#delivered.set(documentId, { epoch, version, hash });
      await outbox.markPublished(documentId, { epoch, version, hash });
      return;
    }
    const now = await outbox.read(documentId);
    if (now === undefined) return;
    const order = compareStored(now, result.current);
    if (order === 'older' || order === 'fork') {
      log.warn(
        { documentId, order },
        'The store is ahead of the database: moving the document to a new epoch',
      );
      await outbox.raiseEpoch(documentId, result.current);
    }
    this.#again = true;
  }

  async #remove(documentId: string): Promise<void> {
    await this.#ask((store) => store.remove(documentId));
    this.#delivered.delete(documentId);
    await this.#dependencies.outbox.forget(documentId);
  }
}
