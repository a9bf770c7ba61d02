import cluster, { type Worker } from 'node:cluster';
import { AggregatorRegistry } from 'prom-client';
import { type Log, reasonOf } from '../log.ts';
import { isOurs, type PrimaryMessage, type WorkerMessage } from './node-worker-messages.ts';
import type { MetricValues, ProcessHost } from './process-host.ts';

/** What a primary needs. */
export interface NodeClusterOptions {
  /** How many workers there are, at least two. */
  readonly workers: number;
  readonly log: Log;
  /** Whom the primary itself answers to. */
  readonly host: ProcessHost;
}

/** A worker that ends is started again at once; one that ends again and again, after a while that doubles. */
const restartMs = { first: 100, max: 10_000 } as const;
/** A worker that has lived so long has not failed for the same reason as the last one. */
const healthyMs = 30_000;
/** Workers end within their own patience; whoever does not is killed. */
const endMsMax = 10_000;
/** A worker that does not tell its metrics by then is left out of a scrape. */
const metricsMsMax = 3_000;

/**
 * Runs workers that share one port, one for each core, since a process of Node computes on one. Each is a bearer of its
 * own: a worker that dies takes only its own streams with it, and is started again. The primary does no work but to hand
 * out connections, in turn, so that long streams are spread evenly.
 */
export function runNodeCluster({ workers, log, host }: NodeClusterOptions): void {
  const metrics = new MetricsRounds();
  const restarts = new Map<number, number>();
  const listening = new Set<number>();
  let ending = false;

  for (let number = 1; number <= workers; number += 1) start(number);
  host.endWith(endAll);

  function start(number: number): void {
    const worker = cluster.fork({ FAUNA_WORKER: String(number) });
    const startedAt = performance.now();
    worker.on('message', (message: unknown) => {
      if (isOurs<WorkerMessage>(message)) hear({ worker, number }, message);
    });
    worker.on('error', (error) =>
      log.warn('Cannot reach a worker', { worker: number, reason: reasonOf(error) }),
    );
    worker.on('exit', (code, signal) => {
      if (ending) return;
      const isHealthy = performance.now() - startedAt >= healthyMs;
      const failures = isHealthy ? 0 : (restarts.get(number) ?? 0);
      restarts.set(number, failures + 1);
      const delayMs = Math.min(restartMs.max, restartMs.first * 2 ** failures);
      log.warn('A worker has ended and is started again', {
        worker: number,
        reason: String(code ?? signal),
        delayMs,
      });
      setTimeout(() => {
        if (!ending) start(number);
      }, delayMs);
    });
  }

  function hear(
    { worker, number }: { readonly worker: Worker; readonly number: number },
    message: WorkerMessage,
  ): void {
    switch (message.fauna) {
      case 'listening':
        // Told once, when all do: whoever waits for the word may count on all of them.
        if (!listening.has(number) && listening.size === workers - 1) host.announce(message.line);
        listening.add(number);
        return;
      case 'failed':
        failed(message.sentence);
        return;
      case 'metrics wanted':
        void metrics
          .gather(living())
          .then((text) => tell(worker, { fauna: 'all metrics', id: message.id, text }));
        return;
      case 'metrics':
        metrics.hear(message.id, message.values);
    }
  }

  /** What keeps one worker from starting keeps them all: the port, the folder. One that fails later is tried again. */
  function failed(sentence: string): void {
    if (listening.size > 0 || ending) {
      log.warn('A worker cannot start', { reason: sentence });
      return;
    }
    ending = true;
    for (const other of living()) other.process.kill('SIGKILL');
    host.fail(sentence);
  }

  async function endAll(): Promise<void> {
    ending = true;
    const left = living().map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
    for (const worker of living()) worker.process.kill('SIGTERM');
    const late = setTimeout(() => {
      for (const worker of living()) worker.process.kill('SIGKILL');
    }, endMsMax);
    await Promise.all(left);
    clearTimeout(late);
  }
}

function living(): readonly Worker[] {
  return Object.values(cluster.workers ?? {}).filter(
    (worker) => worker !== undefined && !worker.isDead(),
  ) as Worker[];
}

function tell(worker: Worker, message: PrimaryMessage): void {
  if (worker.isConnected()) worker.send(message);
}

/** Asks every worker for its metrics and sums them up, since a scrape reaches only one of them. */
class MetricsRounds {
  readonly #rounds = new Map<number, (values: MetricValues) => void>();
  #last = 0;

  async gather(workers: readonly Worker[]): Promise<string> {
    this.#last += 1;
    const id = this.#last;
    const found: MetricValues[] = [];
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, metricsMsMax);
      this.#rounds.set(id, (values) => {
        found.push(values);
        if (found.length < workers.length) return;
        clearTimeout(late);
        resolve();
      });
      for (const worker of workers) tell(worker, { fauna: 'tell metrics', id });
    });
    this.#rounds.delete(id);
    return AggregatorRegistry.aggregate(found.map((values) => [...values])).metrics();
  }

  hear(id: number, values: MetricValues): void {
    this.#rounds.get(id)?.(values);
  }
}
