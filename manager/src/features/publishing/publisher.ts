/*
 * Carries snapshots from the database to the store.
 *
 * Every manager runs one, without a leader and without a lock: the store's compare-and-set makes it harmless that several
 * offer the same snapshot, or that one offers an old one late. A commit nudges the publisher of its own process and hands
 * over what it has committed, so that it need not be read again; whatever a nudge misses (a crash between commit and nudge,
 * a commit of another manager) the poll finds. Nothing here is on a writer's path, so a commit never waits for the store.
 *
 * A store that knows more than the database (`older`, `fork`), or a bearer that serves more, means that the database has
 * lost commits. Then the document moves to a higher epoch, which every reader accepts, and the surviving history wins
 * everywhere. The database is asked again after the store has been seen, because between the two another manager may
 * simply have written.
 */
import { compareStored, type Snapshot, type StoredPosition } from '@fauna-flags/protocol';
import { Attempts } from './attempts.ts';
import { compareWithDatabase } from './compare-with-database.ts';
import { Epochs, type EpochsDependencies } from './epochs.ts';
import { Outage } from './outage.ts';
import type { Outbox } from './outbox.ts';
import type { PublishStore } from './publish-store.ts';
import { askStore, StoreFailure } from './store-failure.ts';
import { StoreRefusal } from './store-refusal.ts';

/** What a publisher lives on; clock and chance are given, so that a simulation can drive it. */
export interface PublisherDependencies extends EpochsDependencies {
  readonly log: EpochsDependencies['log'] & { info(fields: object, message: string): void };
  readonly outbox: Outbox;
  readonly store: PublishStore;
  /** Calls back once after `delayMs` and answers how to call it off. */
  readonly schedule: (callback: () => void, delayMs: number) => () => void;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Moves everything to new epochs where this is another database than the one that was last published from. */
  readonly noticeOtherDatabase?: () => Promise<void>;
}

/** A running publisher. */
export interface Publisher {
  /**
   * A commit has happened: publish now instead of at the next poll. What it has committed is offered as it is; without
   * that, the database is asked. May be lost without harm.
   */
  nudge(committed?: ReadonlyMap<string, Snapshot>): void;
  /** Resolves once what was committed before this call has been offered to the store, or could not be. Never rejects. */
  settled(): Promise<void>;
  /** Whether the store answered when it was last asked for anything that does not hang on one document, and takes writes. */
  isStoreUp(): boolean;
  /** Where every document stands in the store, as far as this publisher knows; for the delivery report. */
  delivered(documentId: string): StoredPosition | undefined;
  /** Ends after the round under way. */
  close(): Promise<void>;
}

const pollMs = 250;
const reconcileMs = 5_000;

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
  readonly #attempts = new Attempts();
  readonly #epochs: Epochs;
  readonly #outage: Outage;
  /** Committed here, and not offered yet. */
  #offers = new Map<string, Snapshot>();
  /** Offered and taken, and not marked in the database yet. */
  readonly #unmarked = new Map<string, StoredPosition>();
  #round: Promise<void> | undefined;
  /** Whether the database must be looked through (again). */
  #again = false;
  #closed = false;
  #isReconcileDue = false;
  /** Whether the next poll is set. */
  #isWaiting = false;
  #isStoreUp = true;
  #takesWrites = true;
  #cancel: () => void = () => undefined;
  #cancelReconcile: () => void = () => undefined;

  constructor(dependencies: PublisherDependencies) {
    this.#dependencies = dependencies;
    this.#epochs = new Epochs(dependencies);
    this.#outage = new Outage(dependencies);
  }

  async begin(): Promise<void> {
    try {
      await this.#attempts.round(() => this.#reconcile());
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error;
      this.#wait(this.#fail(error));
      return;
    }
    this.#wait(this.#pollDelay());
  }

  isStoreUp(): boolean {
    return this.#isStoreUp && this.#takesWrites;
  }

  nudge(committed?: ReadonlyMap<string, Snapshot>): void {
    if (this.#closed) return;
    // A round under way may have looked before this commit; it must look once more.
    if (committed === undefined) this.#again = true;
    for (const [documentId, snapshot] of committed ?? []) this.#offer(documentId, snapshot);
    if (this.#round === undefined) void this.#turn();
  }

  /** Commits of one document may come to be told in another order than they happened. */
  #offer(documentId: string, snapshot: Snapshot): void {
    const waiting = this.#offers.get(documentId);
    if (waiting === undefined || compareStored(snapshot, waiting) === 'newer')
      this.#offers.set(documentId, snapshot);
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
    this.#cancelReconcile();
    // A round that fails has been told of, and has ended all the same.
    await this.settled();
  }

  /** Compares all that was delivered with the database: what the store lacks is published, what we lack outranked. */
  async #reconcile(): Promise<void> {
    await this.#dependencies.noticeOtherDatabase?.();
    const { delivered, wanting, lost } = await this.#compare();
    for (const [documentId, position] of delivered) this.#delivered.set(documentId, position);
    for (const [documentId, { position, bearerId }] of lost)
      if (await this.#epochs.raise(documentId, position, bearerId)) this.#again = true;
    await this.#attempts.each(wanting, (documentId) => this.#publish(documentId));
    await this.#mark();
    this.#awaitReconcile();
  }

  /** A wait of its own: nudges cut the wait for the next round short, and there may be no end of them. */
  #awaitReconcile(): void {
    this.#isReconcileDue = false;
    this.#cancelReconcile();
    if (this.#closed) return;
    this.#cancelReconcile = this.#dependencies.schedule(
      () => {
        this.#isReconcileDue = true;
      },
      reconcileMs * (0.8 + 0.4 * this.#dependencies.random()),
    );
  }

  async #compare(): ReturnType<typeof compareWithDatabase> {
    try {
      const comparison = await compareWithDatabase(this.#dependencies);
      this.#isStoreUp = true;
      return comparison;
    } catch (error) {
      if (error instanceof StoreFailure) this.#isStoreUp = false;
      throw error;
    }
  }

  #wait(delayMs: number): void {
    if (this.#closed) return;
    this.#cancel();
    this.#isWaiting = true;
    this.#cancel = this.#dependencies.schedule(() => {
      this.#isWaiting = false;
      this.#again = true;
      void this.#turn();
    }, delayMs);
  }

  /** One round, then the next wait; rounds never overlap. */
  async #turn(): Promise<void> {
    if (this.#round !== undefined || this.#closed) return;
    // A round that does not offer what has failed must not pass for one in which nothing fails any more.
    if (this.#outage.isOn) this.#again = true;
    this.#round = this.#attempts.round(() => this.#publishPending());
    let backOffMs: number | undefined;
    try {
      await this.#round;
      this.#outage.end();
    } catch (error) {
      backOffMs = this.#fail(error);
    }
    this.#round = undefined;
    // The poll stands while commits of this manager begin rounds of their own: others commit too.
    if (backOffMs !== undefined) this.#wait(backOffMs);
    else if (!this.#isWaiting) this.#wait(this.#pollDelay());
  }

  #pollDelay(): number {
    return pollMs * (0.5 + this.#dependencies.random() / 2);
  }

  /** How long to wait after a round that failed. */
  #fail(error: unknown): number {
    // Whether the document or the store is to blame shows as soon as the store is asked for something else.
    if (!this.#outage.isOn) this.#isReconcileDue = true;
    return this.#outage.fail(error);
  }

  async #publishPending(): Promise<void> {
    const { outbox } = this.#dependencies;
    do {
      if (this.#isReconcileDue) await this.#reconcile();
      const offers = this.#offers;
      this.#offers = new Map();
      for (const [documentId, snapshot] of offers)
        if (this.#isDelivered(documentId, snapshot)) offers.delete(documentId);
      await this.#attempts.each([...offers.keys()], (documentId) =>
        this.#publish(documentId, offers.get(documentId)),
      );
      // What is committed next is offered first: a mark spares others work, and nobody waits for it.
      if (this.#offers.size === 0 || this.#again) await this.#mark();
      if (!this.#again) continue;
      this.#again = false;
      // What has come to be handed over meanwhile need not be read.
      const pending = (await outbox.pending()).filter((documentId) => !this.#offers.has(documentId));
      await this.#attempts.each(pending, (documentId) => this.#publish(documentId));
      await this.#attempts.each(await outbox.deleted(), (documentId) => this.#remove(documentId));
      await this.#mark();
    } while ((this.#again || this.#offers.size > 0) && !this.#closed);
  }

  #isDelivered(documentId: string, snapshot: Snapshot): boolean {
    const delivered = this.#delivered.get(documentId);
    return delivered !== undefined && ['same', 'older'].includes(compareStored(snapshot, delivered));
  }

  async #mark(): Promise<void> {
    for (const [documentId, position] of [...this.#unmarked]) {
      await this.#dependencies.outbox.markPublished(documentId, position);
      if (this.#unmarked.get(documentId) === position) this.#unmarked.delete(documentId);
    }
  }

  async #publish(documentId: string, offered?: Snapshot): Promise<void> {
    const { outbox, store } = this.#dependencies;
    const snapshot = offered ?? (await outbox.read(documentId));
    if (snapshot === undefined) return;
    const result = await askStore(() => store.compareAndSet(documentId, snapshot)).catch(
      (error: StoreFailure) => {
        if (error.cause instanceof StoreRefusal) this.#takesWrites = false;
        throw error;
      },
    );
    this.#takesWrites = true;
    if (result.outcome === 'stored' || result.outcome === 'same') {
      const { epoch, version, hash } = snapshot;
      this.#delivered.set(documentId, { epoch, version, hash });
      this.#unmarked.set(documentId, { epoch, version, hash });
      return;
    }
    const now = await outbox.read(documentId);
    if (now === undefined) return;
    const order = compareStored(now, result.current);
    if (order === 'older' || order === 'fork') {
      const isRaised = await this.#epochs.raise(documentId, result.current, 'the store');
      // To go on at once would be to go on for ever.
      if (!isRaised) throw new StoreFailure(new Error('The store holds a position of the far future'));
    }
    this.#again = true;
  }

  async #remove(documentId: string): Promise<void> {
    const { outbox, store } = this.#dependencies;
    await askStore(() => store.remove(documentId));
    this.#delivered.delete(documentId);
    this.#unmarked.delete(documentId);
    await outbox.forget(documentId);
  }
}
