import { Agent, request } from 'node:http';
import { bound } from './bound.ts';
import { quantile } from './quantiles.ts';

/** What a prober has seen so far. */
export interface ProbeResults {
  readonly asked: number;
  readonly failures: readonly string[];
  readonly failureCount: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What is asked, and of whom. */
export interface ProbeOptions {
  /** Ports of bearers on loopback; asked in turn. */
  readonly ports: readonly number[];
  readonly key: string;
  readonly perSecond: number;
  /** Judges the body of a 200; answers what is wrong with it. */
  readonly judge?: (body: string) => string | undefined;
}

/** An answer that takes longer counts as a failure. */
const patienceMs = bound(5_000);
/** Only the first few failures are told: the count says the rest. */
const toldMax = 10;

/**
 * Asks for evaluations at a steady rate, as applications do, and counts every answer that is not a 200 as a failure.
 * The rate does not slow down with the answers: whoever is slow is asked all the same.
 */
export class Prober {
  readonly #options: ProbeOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #failures: string[] = [];
  readonly #tookMs: number[] = [];
  readonly #startMs = performance.now();
  #asked = 0;
  #failureCount = 0;
  #open = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ProbeOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#catchUp(), 5);
  }

  /** What was seen until now. */
  get results(): ProbeResults {
    return {
      asked: this.#asked,
      failures: this.#failures,
      failureCount: this.#failureCount,
      p50Ms: quantile(this.#tookMs, 0.5),
      p99Ms: quantile(this.#tookMs, 0.99),
      maxMs: quantile(this.#tookMs, 1),
    };
  }

  /** Asks no more, waits for what was asked, and answers what was seen. */
  async stop(): Promise<ProbeResults> {
    clearInterval(this.#timer);
    while (this.#open > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    this.#agent.destroy();
    return this.results;
  }

  #catchUp(): void {
    const due = ((performance.now() - this.#startMs) / 1_000) * this.#options.perSecond;
    while (this.#asked < due) this.#ask();
  }

  #ask(): void {
    const { ports, key, judge } = this.#options;
    const port = ports[this.#asked % ports.length];
    this.#asked += 1;
    this.#open += 1;
    const startMs = performance.now();
    const body = JSON.stringify({ context: { key: `user-${this.#asked % 1_000}` } });
    let isOver = false;
    const over = (problem?: string) => {
      if (isOver) return;
      isOver = true;
      this.#open -= 1;
      this.#tookMs.push(performance.now() - startMs);
      if (problem === undefined) return;
      this.#failureCount += 1;
      if (this.#failures.length < toldMax)
        this.#failures.push(`${Math.round(performance.now() - this.#startMs)} ms: ${problem}`);
    };
    const asked = request({
      port,
      host: '127.0.0.1',
      agent: this.#agent,
      method: 'POST',
      path: '/connect/client',
      timeout: patienceMs,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    });
    asked.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', (error) => over(error.message));
      response.on('end', () =>
        over(response.statusCode === 200 ? judge?.(text) : `${response.statusCode} ${text}`),
      );
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${Math.round(patienceMs)} ms`)));
    asked.on('error', (error) => {
      // The server closed a kept connection in the very moment in which it was used again: every HTTP client asks anew.
      if (asked.reusedSocket && 'code' in error && error.code === 'ECONNRESET') {
        isOver = true;
        this.#open -= 1;
        this.#ask();
        this.#asked -= 1;
      } else over(error.message);
    });
    asked.end(body);
  }
}
