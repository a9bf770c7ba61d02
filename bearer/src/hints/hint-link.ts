import { type Clock, within } from '../clock.ts';
import { type Log, type LogFields, reasonOf } from '../log.ts';
import type { ConnectSubscriber, Subscriber } from './subscriber.ts';

/*
 * Publish/subscribe forgets whatever is published while nobody listens, and a connection can die without a word. So:
 *
 *   connecting ──acknowledged, and it answers a ping──▶ listening: hint every watch, then ping again and again
 *       ▲                                                  │
 *       └── wait 200 ms · 2ⁿ up to 2 s, ±50 % ◀── destroyed: it ended, refused, or did not answer in time
 *
 * Every watch is hinted each time the subscription has been established, the first time too: what was missed while nobody
 * listened is found by reading. The ping before that is no repetition: a server that is still loading takes subscriptions,
 * but answers no reads yet.
 */

/** How patient a link is with its subscriber. */
export interface HintTiming {
  /** For a connection, the acknowledgement and the first ping together. */
  readonly subscribeMsMax: number;
  /** From one answered ping to the next. */
  readonly pingMs: number;
  /** How long an answer may take. */
  readonly pingMsMax: number;
}

/** What a link needs. */
export interface HintLinkOptions {
  readonly connect: ConnectSubscriber;
  readonly channel: string;
  readonly timing: HintTiming;
  readonly clock: Clock;
  /** Uniform in [0, 1); spreads reconnects, so that many processes do not come back as one. */
  readonly random: () => number;
  readonly log: Log;
  /** Stand on every log line: which store this is. */
  readonly fields: LogFields;
}

const retryMsMin = 200;
const retryMsMax = 2_000;
const retriesCountedMax = 16;

/** The one subscription of a process, shared by all watches; connects from the beginning and comes back for ever. */
export class HintLink {
  readonly #options: HintLinkOptions;
  readonly #watches = new Map<string, Set<() => void>>();
  #subscriber: Subscriber | undefined;
  #cancelNext = () => {};
  #failures = 0;
  #isAway = false;
  #closed = false;

  constructor(options: HintLinkOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Calls back whenever a document may have changed, until the answer is called. `onHint` must not throw. */
  watch(documentId: string, onHint: () => void): () => void {
    const watches = this.#watches.get(documentId) ?? new Set();
    this.#watches.set(documentId, watches);
    // Wrapped, so that one function that watches twice can end once.
    const own = () => onHint();
    watches.add(own);
    return () => {
      watches.delete(own);
      if (watches.size === 0 && this.#watches.get(documentId) === watches) this.#watches.delete(documentId);
    };
  }

  /** Ends the subscription; may be called twice. No hint comes any more. */
  close(): void {
    this.#closed = true;
    this.#cancelNext();
    this.#watches.clear();
    this.#subscriber?.destroy();
    this.#subscriber = undefined;
  }

  #connect(): void {
    const { connect, clock, timing } = this.#options;
    const subscriber = connect({
      onMessage: (message) => {
        if (this.#subscriber === subscriber) this.#hint(documentOf(message));
      },
      onEnd: (reason) => this.#replace(subscriber, reason),
    });
    this.#subscriber = subscriber;
    within(clock, timing.subscribeMsMax, this.#begin(subscriber)).then(
      () => this.#listen(subscriber),
      (error: unknown) => this.#replace(subscriber, reasonOf(error)),
    );
  }

  async #begin(subscriber: Subscriber): Promise<void> {
    await subscriber.subscribe(this.#options.channel);
    await subscriber.ping();
  }

  #listen(subscriber: Subscriber): void {
    if (this.#subscriber !== subscriber) return;
    if (this.#isAway) this.#options.log.info('Listening for hints again', this.#options.fields);
    this.#isAway = false;
    for (const documentId of [...this.#watches.keys()]) this.#hint(documentId);
    this.#pingLater(subscriber);
  }

  #pingLater(subscriber: Subscriber): void {
    const { clock, timing } = this.#options;
    // A watch may have closed the link when it was hinted.
    if (this.#subscriber !== subscriber) return;
    this.#cancelNext = clock.after(timing.pingMs, () => {
      within(clock, timing.pingMsMax, subscriber.ping()).then(
        () => {
          // Only now: a server that lets us in and drops us at once is not to be called again without a pause.
          if (this.#subscriber === subscriber) this.#failures = 0;
          this.#pingLater(subscriber);
        },
        (error: unknown) => this.#replace(subscriber, reasonOf(error)),
      );
    });
  }

  /** Nothing of what a connection does matters any more once it has been replaced. */
  #replace(subscriber: Subscriber, reason: string): void {
    if (this.#subscriber !== subscriber || this.#closed) return;
    const { clock, random, log, fields } = this.#options;
    this.#subscriber = undefined;
    this.#cancelNext();
    subscriber.destroy();
    // Told at the edges of an outage only: a server that stays away would fill the log.
    if (!this.#isAway) log.warn('Cannot listen for hints, trying again', { ...fields, reason });
    this.#isAway = true;
    const delayMs = Math.min(retryMsMax, retryMsMin * 2 ** this.#failures) * (0.5 + random());
    this.#failures = Math.min(this.#failures + 1, retriesCountedMax);
    this.#cancelNext = clock.after(delayMs, () => this.#connect());
  }

  #hint(documentId: string): void {
    for (const onHint of [...(this.#watches.get(documentId) ?? [])]) onHint();
  }
}

/** A hint reads `document epoch version hash8`; only the document matters here, since only positions in the store decide. */
function documentOf(message: string): string {
  const end = message.indexOf(' ');
  return end === -1 ? message : message.slice(0, end);
}
