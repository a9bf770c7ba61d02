import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import { endOnSignal } from './end-on-signal.ts';

/** Metrics as values, as prom-client sums them up. */
export type MetricValues = readonly MetricObjectWithValues<MetricValue<string>>[];

/** Whom a bearer's process answers to: the person or program that started it, or the process that it is a worker of. */
export interface ProcessHost {
  /** Tells where the bearer listens. */
  announce(line: string): void;
  /** Tells why it cannot start; the process ends. */
  fail(sentence: string): void;
  /** Has the process end in good order when it is asked to. */
  endWith(end: () => Promise<void>): void;
  /** What the bearer is called where this process is one of several that were given the same name. */
  readonly nameOf?: (id: string) => string;
  /** Everything that is to be scraped, where this process is one of several; its own values are handed in. */
  readonly gatherMetrics?: (own: () => Promise<MetricValues>) => () => Promise<string>;
}

/** A process of its own: it prints, and listens to signals. */
export const aloneHost: ProcessHost = {
  announce: (line) => void process.stdout.write(`${line}\n`),
  fail(sentence) {
    process.stderr.write(`${sentence}\n`);
    process.exit(1);
  },
  endWith: endOnSignal,
};
