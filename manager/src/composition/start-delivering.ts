import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { AlarmWatch } from '../features/delivery/index.ts';
import { UsageCollector } from '../features/usage/index.ts';
import type { Database } from '../platform/database/index.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { type Endings, patienceMs } from './endings.ts';
import type { ManagerMetrics } from './metrics.ts';
import { type Publishing, startPublishing } from './publishing.ts';
import { schedule } from './schedule.ts';

/** All that goes on between the database and bearers, in both directions. */
export interface Delivering {
  readonly delivery: Delivery;
  readonly publishing: Publishing;
  readonly alarms: AlarmWatch;
}

/** Starts it: the store, what collects usage from it, what publishes into it, and the watch over bearers. */
export async function startDelivering({
  config,
  database,
  metrics,
  now,
  log,
  endings,
}: {
  readonly config: Config;
  readonly database: Database;
  readonly metrics: ManagerMetrics;
  readonly now: () => Date;
  readonly log: Logger;
  readonly endings: Endings;
}): Promise<Delivering> {
  const delivery = createDelivery({ ...config, registry: metrics.registry, log });
  endings.add({ of: 'the store', end: () => delivery.store.close(), patienceMs });
  const usage = new UsageCollector({
    database,
    source: delivery.usage,
    now,
    schedule,
    newId: randomUUID,
    daysKept: config.usageDays,
    onKept: (kept) => metrics.usage(kept),
    log,
  });
  endings.add({ of: 'the collector of usage', end: () => usage.close(), patienceMs });
  const publishing = await startPublishing({
    ...config,
    database,
    store: delivery.store,
    onUsage: (records) => usage.take(records),
    now,
    log,
  });
  endings.add({ of: 'the publisher', end: () => publishing.publisher.close(), patienceMs });
  const alarms = new AlarmWatch({
    database,
    heartbeats: publishing.heartbeats,
    now,
    steady: () => performance.now(),
    schedule,
    log,
  });
  endings.add({ of: 'the watch over bearers', end: () => alarms.close(), patienceMs });
  return { delivery, publishing, alarms };
}
