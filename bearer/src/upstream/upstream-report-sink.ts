import { bearerApiPaths, type Heartbeat } from '@fauna-flags/protocol';
import type { Clock } from '../clock.ts';
import type { ReportSink } from '../reports/report-sink.ts';

const answerMsMax = 2_000;

/** What reporting to a manager or another bearer takes. */
export interface UpstreamReportSinkOptions {
  /** Base addresses; one that works is kept to. */
  readonly urls: readonly string[];
  /** `FAUNA_BEARER_TOKEN`. */
  readonly token: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

/** Reports over HTTP, where there is no store or none that can be used. */
export class UpstreamReportSink implements ReportSink {
  readonly #options: UpstreamReportSinkOptions;
  #turn = 0;
  #isClosed = false;

  constructor(options: UpstreamReportSinkOptions) {
    this.#options = options;
  }

  async report(heartbeat: Heartbeat): Promise<void> {
    if (this.#isClosed) throw new Error('Cannot report: this sink was closed');
    const { urls } = this.#options;
    const url = urls[this.#turn % urls.length] ?? '';
    try {
      await this.#post(url, heartbeat);
    } catch (error) {
      // One address a heartbeat: the next one is only seconds away.
      this.#turn += 1;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  async #post(url: string, heartbeat: Heartbeat): Promise<void> {
    const { fetch, clock, token } = this.#options;
    const abort = new AbortController();
    const cancel = clock.after(answerMsMax, () => abort.abort());
    try {
      const response = await fetch(`${url.replace(/\/+$/, '')}${bearerApiPaths.heartbeat}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(heartbeat),
        redirect: 'manual',
        signal: abort.signal,
      });
      void response.body?.cancel().catch(() => {});
      if (!response.ok)
        throw new Error(`Cannot report to a manager or another bearer: it answered ${response.status}`);
    } finally {
      cancel();
    }
  }
}
