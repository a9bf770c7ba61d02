import {
  type Aggregator,
  Counter,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  Registry,
} from 'prom-client';
import type { BearerStatus } from '../status.ts';
import type { Meter } from './meter.ts';

/** A meter that Prometheus can read. */
export interface PrometheusMeter extends Meter {
  /** Everything in Prometheus' text format; `status` is the bearer's at this moment. */
  text(status: BearerStatus): Promise<string>;
  /** The same as values, for whoever sums several processes up. */
  values(status: BearerStatus): Promise<MetricObjectWithValues<MetricValue<string>>[]>;
}

/** Documents with series of their own. More are counted but not named: a scrape must stay small. */
const documentsMax = 200;

/** From what nobody notices to what everybody does. */
const fanOutSecondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Makes a meter with a registry of its own, so that several in one process do not mix. */
export function prometheusMeter(registry: Registry = new Registry()): PrometheusMeter {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name, help, labelNames, registers });
  /** `aggregator` says what several processes have together. */
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
    aggregator: Aggregator = 'sum',
  ) => new Gauge({ name, help, labelNames, registers, aggregator });

  const requests = counter('fauna_requests_total', 'Answered requests', ['route', 'status']);
  const refusals = counter('fauna_stream_refusals_total', 'Streams refused for want of a place', ['reason']);
  const opened = counter('fauna_streams_opened_total', 'Streams opened');
  const ended = counter('fauna_streams_ended_total', 'Streams that are over', ['reason']);
  const writes = counter('fauna_fanout_writes_total', 'Frames written to streams because of a change');
  const fanOut = new Histogram({
    name: 'fauna_fanout_seconds',
    help: 'From the first to the last stream of a change',
    buckets: fanOutSecondsBuckets,
    registers,
  });
  const ready = gauge('fauna_ready', '1 when every request can be served', [], 'min');
  const source = gauge('fauna_source', '1 for what is read from at this moment', ['source'], 'max');
  const streams = gauge('fauna_streams', 'Open streams', ['document']);
  const epoch = gauge('fauna_document_epoch', 'Epoch of what is served', ['document'], 'min');
  const version = gauge('fauna_document_version', 'Version of what is served', ['document'], 'min');
  const stale = gauge(
    'fauna_document_stale_seconds',
    'Since the source last confirmed it',
    ['document'],
    'max',
  );
  const rejected = gauge(
    'fauna_document_rejected',
    '1 while a newer one could not be applied',
    ['document'],
    'max',
  );
  const rejections = gauge(
    'fauna_document_rejections',
    'How often one could not be applied, since the start',
    ['document'],
  );
  const copyFailures = gauge(
    'fauna_copy_failures',
    'How often a copy could not be kept or read, since the start',
  );
  const documents = gauge('fauna_documents', 'Documents that are followed', [], 'max');

  function read(status: BearerStatus): void {
    for (const series of [streams, epoch, version, stale, rejected, rejections]) series.reset();
    ready.set(status.ready ? 1 : 0);
    for (const name of ['store', 'fallback', 'none'] as const)
      source.set({ source: name }, status.source === name ? 1 : 0);
    copyFailures.set(status.copyFailures);
    documents.set(status.environments.length + 1);
    const all = [{ id: 'keys', streams: undefined, ...status.keys }, ...status.environments];
    for (const document of all.slice(0, documentsMax)) {
      const labels = { document: document.id };
      if (document.streams !== undefined) streams.set(labels, document.streams);
      const [epochText, versionText] = document.position?.split('-') ?? [];
      epoch.set(labels, Number(epochText ?? 0));
      version.set(labels, Number(versionText ?? 0));
      if (document.staleSeconds !== null) stale.set(labels, document.staleSeconds);
      rejected.set(labels, document.rejected === null ? 0 : 1);
      rejections.set(labels, document.rejections);
    }
  }

  return {
    answered: (route, status) => requests.inc({ route, status }),
    refused: (reason) => refusals.inc({ reason }),
    opened: () => opened.inc(),
    ended: (reason) => ended.inc({ reason }),
    broadcast(broadcast) {
      writes.inc(broadcast.writes);
      fanOut.observe(broadcast.durationMs / 1_000);
    },
    text(status) {
      read(status);
      return registry.metrics();
    },
    values(status) {
      read(status);
      return registry.getMetricsAsJSON();
    },
  };
}
