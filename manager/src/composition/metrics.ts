/*
 * What a manager tells Prometheus. Labels come from closed sets (route templates, methods, kinds), so that no request can
 * make a series. In one process with a bearer both stand in one registry, and are answered together.
 */
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  metricsResponse,
  nodeCrypto,
  Registry,
} from '@fauna-flags/bearer/node';
import type { DeliveryAlarm } from '@fauna-flags/protocol';
import type { KeptUsage } from '../features/usage/index.ts';
import type { Database } from '../platform/database/index.ts';
import type { Fetch } from '../platform/fetch.ts';
import type { Answered } from '../platform/http/index.ts';

/** What is asked at every scrape. */
export interface MetricsSources {
  readonly database: Database;
  readonly isStoreUp: () => boolean;
  /** Documents whose newest state has not reached the store. */
  readonly pending: () => Promise<readonly string[]>;
  /** Open dashboards. */
  readonly liveStreams: () => number;
  /** Bearers that read from this manager. */
  readonly bearerStreams: () => number;
  readonly alarms: (kind: DeliveryAlarm['kind']) => { readonly now: number; readonly started: number };
  /** Milliseconds of any clock that only goes forward. */
  readonly steady: () => number;
}

/** Counts what a manager does. */
export interface ManagerMetrics {
  readonly registry: Registry;
  /** A request to the management API was answered. */
  answered(answer: Answered): void;
  /** Documents were committed. */
  committed(documents: number): void;
  usage(kept: KeptUsage): void;
  /** From here on a scrape asks these. */
  watch(sources: MetricsSources): void;
  /** Answers `/metrics`, for whoever shows the token; where there is none, the path does not exist (S-42). */
  serve(options: { readonly token: string | undefined; readonly text: () => Promise<string> }): Fetch;
}

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const alarmKinds: readonly DeliveryAlarm['kind'][] = ['rejected', 'lagging'];
/** A scrape does not wait longer for a database that may be away. */
const pendingMsMax = 1_000;

/** Makes the metrics of one manager, in a registry of its own. */
export function createManagerMetrics(): ManagerMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name, help, labelNames, registers });
  const requests = counter('fauna_manager_requests_total', 'Answered requests to the management API', [
    'route',
    'method',
    'status',
  ]);
  const seconds = new Histogram({
    name: 'fauna_manager_request_seconds',
    help: 'How long they took',
    labelNames: ['route', 'method'],
    buckets: secondsBuckets,
    registers,
  });
  const signIns = counter('fauna_manager_sign_in_refusals_total', 'Sign-ins that were refused', ['reason']);
  const commits = counter('fauna_manager_commits_total', 'Documents that were committed for delivery');
  const records = counter('fauna_manager_usage_records_total', 'Usage records from bearers', ['outcome']);
  const evaluations = counter('fauna_manager_usage_evaluations_total', 'Evaluations that SDKs have told', [
    'of',
  ]);

  return {
    registry,
    answered({ route, method, status, ms }) {
      requests.inc({ route, method, status });
      seconds.observe({ route, method }, ms / 1_000);
      if (route === '/session' && method === 'POST' && (status === 401 || status === 429))
        signIns.inc({ reason: status === 401 ? 'credentials' : 'too_many' });
    },
    committed: (documents) => commits.inc(documents),
    usage(kept) {
      for (const outcome of ['kept', 'repeated', 'refused'] as const) records.inc({ outcome }, kept[outcome]);
      evaluations.inc({ of: 'flags' }, kept.evaluations);
      evaluations.inc({ of: 'nothing' }, kept.unknown);
    },
    watch: (sources) => watch(registry, sources),
    serve:
      ({ token, text }) =>
      (request) =>
        metricsResponse(request, { token, crypto: nodeCrypto, text }),
  };
}

function watch(registry: Registry, sources: MetricsSources): void {
  const registers = [registry];
  const { pool } = sources.database;
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('fauna_manager_store_up', '1 while the store answers and takes writes', () =>
    sources.isStoreUp() ? 1 : 0,
  );
  gauge('fauna_manager_live_streams', 'Open dashboards', sources.liveStreams);
  gauge('fauna_manager_bearer_streams', 'Bearers that read from this manager', sources.bearerStreams);
  new Gauge({
    name: 'fauna_manager_database_connections',
    help: 'Connections to the database, and requests that wait for one',
    labelNames: ['state'],
    registers,
    collect() {
      this.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
      this.set({ state: 'idle' }, pool.idleCount);
      this.set({ state: 'waiting' }, pool.waitingCount);
    },
  });
  new Gauge({
    name: 'fauna_manager_alarms',
    help: 'Bearers that need somebody to look at them',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const kind of alarmKinds) this.set({ kind }, sources.alarms(kind).now);
    },
  });
  new Gauge({
    name: 'fauna_manager_alarms_started',
    help: 'How often one began, since the start',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const kind of alarmKinds) this.set({ kind }, sources.alarms(kind).started);
    },
  });
  watchPending(registry, sources);
}

/** How far the publisher is behind the database: how many documents, and for how long the oldest has been found so. */
function watchPending(registry: Registry, { pending, steady }: MetricsSources): void {
  const registers = [registry];
  let since = new Map<string, number>();
  let isUp = true;
  let asking: Promise<void> | undefined;
  // All gauges of one scrape are asked at once, and share the question.
  const ask = () => {
    asking ??= look().finally(() => {
      asking = undefined;
    });
    return asking;
  };
  async function look(): Promise<void> {
    const found = await inTime(pending()).catch(() => undefined);
    isUp = found !== undefined;
    // What nobody can be asked about stays as it was last known.
    if (found !== undefined) since = new Map(found.map((id) => [id, since.get(id) ?? steady()]));
  }
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        await ask();
        this.set(read());
      },
    });
  gauge('fauna_manager_database_up', '1 while the database answers', () => (isUp ? 1 : 0));
  gauge(
    'fauna_manager_unpublished_documents',
    'Documents whose newest state has not reached the store',
    () => since.size,
  );
  gauge('fauna_manager_publish_lag_seconds', 'For how long scrapes have found the oldest of them', () =>
    since.size === 0 ? 0 : (steady() - Math.min(...since.values())) / 1_000,
  );
}

function inTime<Answer>(question: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('too late')), pendingMsMax);
    question.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
