import { type Heartbeat, heartbeatMs } from '@fauna-flags/protocol';
import { type Clock, within } from '../clock.ts';
import { type Log, reasonOf } from '../log.ts';
import type { ReportSink } from './report-sink.ts';

/** A sink that takes longer has lost this heartbeat; the next one says it all again. */
const reportMsMax = 2_500;
/** More bearers than stand behind any other. */
const passedMax = 1_000;

/** What reporting takes. */
export interface ReporterOptions {
  readonly sink: ReportSink;
  /** How this bearer does at this moment. */
  readonly heartbeat: () => Heartbeat;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** Tells every three seconds how this bearer does, and hands on at once what bearers behind it tell. */
export class Reporter {
  readonly #options: ReporterOptions;
  /** Bearer id → the `at` of the newest heartbeat that was handed on. */
  readonly #passed = new Map<string, number>();
  #isLost = false;
  #isClosed = false;
  #cancel = () => {};

  constructor(options: ReporterOptions) {
    this.#options = options;
    this.#schedule(heartbeatMs * options.random());
  }

  /**
   * Hands on the heartbeat of a bearer behind this one; rejects when the sink does not take it. Bearers may read from one
   * another in a circle while each is the other's fallback: what has passed once does not pass again.
   */
  async pass(heartbeat: Heartbeat): Promise<void> {
    const { sink, clock } = this.#options;
    const before = this.#passed.get(heartbeat.id);
    if (heartbeat.id === this.#options.heartbeat().id || before === heartbeat.at) return;
    this.#passed.delete(heartbeat.id);
    this.#passed.set(heartbeat.id, heartbeat.at);
    const [oldest] = this.#passed.keys();
    if (this.#passed.size > passedMax && oldest !== undefined) this.#passed.delete(oldest);
    await within(clock, reportMsMax, sink.report(heartbeat));
  }

  /** Ends the reports and the sink; may be called twice. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#options.sink.close();
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed) return;
    this.#cancel = this.#options.clock.after(delayMs, () => {
      this.#schedule(heartbeatMs);
      void this.#report();
    });
  }

  async #report(): Promise<void> {
    const { sink, clock, heartbeat, log } = this.#options;
    try {
      await within(clock, reportMsMax, sink.report(heartbeat()));
      this.#isLost = false;
    } catch (error) {
      // Told at the edge of an outage only.
      if (!this.#isLost && !this.#isClosed)
        log.warn('Cannot report how this bearer does, trying again', { reason: reasonOf(error) });
      this.#isLost = true;
    }
  }
}
