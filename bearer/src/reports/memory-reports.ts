import { type Heartbeat, heartbeatLifeMs, type ReceivedHeartbeat } from '@fauna-flags/protocol';
import type { Clock } from '../clock.ts';
import type { ReportSink } from './report-sink.ts';

/** More bearers than any fleet has; whoever made up more would only push out others that were made up. */
const bearersMax = 1_000;

/** Heartbeats in memory: the sink of a bearer that is mounted in its manager's process. */
export class MemoryReports implements ReportSink {
  readonly #clock: Pick<Clock, 'steady'>;
  readonly #received = new Map<string, { readonly heartbeat: Heartbeat; readonly atMs: number }>();
  #closed = false;

  constructor(clock: Pick<Clock, 'steady'>) {
    this.#clock = clock;
  }

  async report(heartbeat: Heartbeat): Promise<void> {
    if (this.#closed) throw new Error('Cannot report: this sink was closed');
    // Taken out first, so that the one that has been silent longest stands at the front.
    this.#received.delete(heartbeat.id);
    this.#received.set(heartbeat.id, { heartbeat, atMs: this.#clock.steady() });
    const [longestSilent] = this.#received.keys();
    if (this.#received.size > bearersMax && longestSilent !== undefined) this.#received.delete(longestSilent);
  }

  /** The heartbeats of all bearers that have not been silent for too long, the longest silent first. */
  heartbeats(): readonly ReceivedHeartbeat[] {
    const now = this.#clock.steady();
    const all = [...this.#received.values()].map(({ heartbeat, atMs }) => ({ heartbeat, ageMs: now - atMs }));
    return all.filter(({ ageMs }) => ageMs < heartbeatLifeMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}
