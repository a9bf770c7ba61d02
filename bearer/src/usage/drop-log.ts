import type { Clock } from '../clock.ts';
import type { Log, LogFields } from '../log.ts';

/** How long nothing must be dropped until it is told that it is over: who drops now and then fills no log. */
const quietMs = 60_000;

/** Tells that usage is dropped when it begins, and how much it was once it is over. Clients set the rate in between. */
export class DropLog {
  readonly #clock: Pick<Clock, 'steady'>;
  readonly #log: Log;
  readonly #messages: { readonly begins: string; readonly over: string };
  #dropped = 0;
  #lastAt = 0;

  constructor({
    clock,
    log,
    ...messages
  }: {
    readonly clock: Pick<Clock, 'steady'>;
    readonly log: Log;
    readonly begins: string;
    readonly over: string;
  }) {
    this.#clock = clock;
    this.#log = log;
    this.#messages = messages;
  }

  /** So many records, or counts, were dropped. */
  dropped(count: number, fields: LogFields): void {
    if (this.#dropped === 0) this.#log.warn(this.#messages.begins, fields);
    this.#dropped += count;
    this.#lastAt = this.#clock.steady();
  }

  /** Some went through. */
  kept(): void {
    if (this.#dropped === 0 || this.#clock.steady() - this.#lastAt < quietMs) return;
    this.#log.info(this.#messages.over, { dropped: this.#dropped });
    this.#dropped = 0;
  }
}
