import type { UsageRecord } from '@fauna-flags/protocol';
import { type Database, isUnavailable } from '../../platform/database/index.ts';
import { reasonOf } from '../../platform/reason-of.ts';
import { clearUsage } from './clear-usage.ts';
import { type KeptUsage, keepUsage, type NamedUsage } from './keep-usage.ts';
import { type TakenUsage, takenMax, type UsageSource } from './usage-source.ts';

/** What collecting usage takes. */
export interface UsageCollectorOptions {
  readonly database: Database;
  /** Where usage waits. */
  readonly source: UsageSource;
  readonly now: () => Date;
  /** Calls back once after `delayMs` and answers how to call it off. */
  readonly schedule: (callback: () => void, delayMs: number) => () => void;
  /** Names what has no name. */
  readonly newId: () => string;
  /** How long counts are kept. */
  readonly daysKept: number;
  /** Hears what became of records, to count them. */
  readonly onKept: (kept: KeptUsage) => void;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
    error(fields: object, message: string): void;
  };
}

/** While nothing waits. */
const lookMs = 1_000;
/** After a failure: twice as long each time, up to this. */
const lookMsMax = 30_000;
const clearMs = 60 * 60 * 1_000;
/** While there is more to clear away than goes at once. */
const clearOnMs = 1_000;

/** Writes down what bearers tell of usage, as long as it lives; every manager runs one. */
export class UsageCollector {
  readonly #options: UsageCollectorOptions;
  #failures = 0;
  #round: Promise<void> | undefined;
  #isClosed = false;
  #cancel = () => {};
  #cancelClear = () => {};

  constructor(options: UsageCollectorOptions) {
    this.#options = options;
    this.#wait(lookMs);
    this.#cancelClear = options.schedule(() => void this.#clear(), lookMs);
  }

  /** Writes down what a bearer has sent to this manager; rejects when it could not, and its sender comes again. */
  async take(records: readonly UsageRecord[]): Promise<void> {
    await this.#keepAll(records.map((record) => ({ id: this.#idOf(record), record })));
  }

  /** Ends once nothing waits or it cannot be written down; may be called twice. The source belongs to the caller. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancel();
    this.#cancelClear();
    await this.#round;
    // What waits in memory would be lost with it.
    await this.#look();
  }

  #wait(delayMs: number): void {
    if (this.#isClosed) return;
    this.#cancel = this.#options.schedule(() => {
      this.#round = this.#look().then((nextMs) => {
        this.#round = undefined;
        this.#wait(nextMs);
      });
    }, delayMs);
  }

  /** Answers how long to wait for the next look; never rejects. */
  async #look(): Promise<number> {
    const { source, log } = this.#options;
    try {
      for (let isMore = true; isMore; ) {
        const taken = await source.take();
        if (taken.length > 0) await this.#write(taken);
        isMore = taken.length === takenMax;
      }
      if (this.#failures > 0) log.info({}, 'Usage is written down again');
      this.#failures = 0;
      return lookMs;
    } catch (error) {
      // Told at the edge of an outage only. Nothing is lost by it: what is not done comes again.
      if (this.#failures === 0)
        log.warn({ reason: reasonOf(error) }, 'Cannot write down usage, trying again');
      this.#failures += 1;
      return Math.min(lookMsMax, lookMs * 2 ** this.#failures);
    }
  }

  async #write(taken: readonly TakenUsage[]): Promise<void> {
    const named = taken.flatMap(({ handle, record }) =>
      record === undefined ? [] : [{ id: record.id ?? `entry-${handle}`, record }],
    );
    await this.#keepAll(named);
    await this.#options.source.done(taken.map(({ handle }) => handle));
  }

  async #keepAll(named: readonly NamedUsage[]): Promise<void> {
    await this.#keep(named).catch(async (error: unknown) => {
      if (isUnavailable(error)) throw error;
      await this.#oneByOne(named);
    });
  }

  /** Something in them cannot be written down: whatever it is, it must not keep back the others, or come for ever. */
  async #oneByOne(named: readonly NamedUsage[]): Promise<void> {
    for (const each of named) {
      await this.#keep([each]).catch((error: unknown) => {
        if (isUnavailable(error)) throw error;
        const { keyId } = each.record;
        this.#options.log.error({ keyId, reason: reasonOf(error) }, 'Cannot write down usage, dropped it');
      });
    }
  }

  async #keep(named: readonly NamedUsage[]): Promise<void> {
    const { database, now, onKept, log } = this.#options;
    if (named.length === 0) return;
    const kept = await keepUsage(database, now(), named);
    for (const { keyId, environmentId } of kept.inBrowsers)
      log.warn(
        { keyId, environmentId },
        'A server key was used by a page in a browser: whoever opens it can read every rule, so rotate the key',
      );
    onKept(kept);
  }

  #idOf({ id }: UsageRecord): string {
    return id ?? this.#options.newId();
  }

  async #clear(): Promise<void> {
    const { database, now, daysKept, log, schedule } = this.#options;
    const isMore = await clearUsage(database, { now: now(), daysKept }).then(
      (cleared) => cleared.isMore,
      (error: unknown) => {
        log.warn({ reason: reasonOf(error) }, 'Cannot clear away old usage, trying again');
        return false;
      },
    );
    if (!this.#isClosed) this.#cancelClear = schedule(() => void this.#clear(), isMore ? clearOnMs : clearMs);
  }
}
