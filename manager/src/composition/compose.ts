/*
 * The composition root: with the files beside it, the only place in the manager that knows which adapter stands behind
 * which port, and that may import the bearer.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bearerPrefixes } from '@fauna-flags/bearer';
import type { Logger } from 'pino';
import { createManagerApp } from '../app.ts';
import type { Config } from '../config/config.ts';
import { createAccess, markSecret, ownerToken } from '../features/access/index.ts';
import { AlarmWatch } from '../features/delivery/index.ts';
import { LiveFeed } from '../features/live/index.ts';
import { KnownRulesets, postgresOutbox, type WriteDeps } from '../features/publishing/index.ts';
import { UsageCollector } from '../features/usage/index.ts';
import { createWebhooks } from '../features/webhooks/index.ts';
import {
  createDatabase,
  createPool,
  migrate,
  placeOfDatabase,
  workAsAppRole,
} from '../platform/database/index.ts';
import type { Fetch } from '../platform/fetch.ts';
import { holdDataFolder } from '../platform/postgres/data-folder-lock.ts';
import { startEmbeddedPostgres } from '../platform/postgres/embedded-postgres.ts';
import { reasonOf } from '../platform/reason-of.ts';
import { routeByPrefix } from '../platform/route-by-prefix.ts';
import { StartError } from '../platform/start-error.ts';
import { staticSite } from '../platform/static-site.ts';
import { createDelivery } from './delivery.ts';
import { createEndings, type Endings } from './endings.ts';
import { firstBoot } from './first-boot.ts';
import { createManagerMetrics } from './metrics.ts';
import { mountExample } from './mount-example.ts';
import { startPublishing } from './publishing.ts';
import { readYourWrites } from './read-your-writes.ts';
import { readiness } from './readiness.ts';
import type { SampleKeys } from './sample.ts';
import { shareApiPrefix } from './share-api-prefix.ts';

/** The same from sources and from what is built of them: both lie two folders below `manager`. */
const dashboardFolder = fileURLToPath(new URL('../../../dashboard/build', import.meta.url));

/** A change may be meant. Two managers that differ are not: whoever signs in at one is a stranger to the other. */
const otherSecret =
  'FAUNA_SECRET is not the one that this database was last used with: everybody has to sign in again, and the one-time link is another. If you did not mean to change it, another manager still uses the other one: give all managers the same, or people signed in at one get 401 from the next';

const unconfined =
  'The account of DATABASE_URL may not make roles, so that Fauna works with all its rights: give it CREATEROLE once, or create the role fauna_app and grant it to the account. Until then the audit trail is protected by triggers alone';

/**
 * How long whatever hangs on Postgres or Redis may take to end, as these may hang themselves. Together with the time that
 * open requests get before, it must stay below the ten seconds after which containers are killed.
 */
const patienceMs = 700;

/** How long an event that is being sent to a webhook may take to end; what is cut off is sent again, by whoever comes next. */
const sendPatienceMs = 800;

/** Everything that one process runs, behind one `fetch`. */
export interface Fauna {
  readonly fetch: Fetch;
  /** Where the data lies, for the person who started it. */
  readonly dataFolder: string;
  /** The token of the one-time link, while there is no owner. */
  readonly welcomeToken: string | undefined;
  /** Path of the example shop, where it is served. */
  readonly example: '/example' | undefined;
  /** The keys of the sample project, while it exists. */
  readonly sample: SampleKeys | undefined;
  /** Tells every open stream to come back later, and ends it. */
  drain(): Promise<void>;
  /** Ends what is left, the database last. */
  close(): Promise<void>;
}

/**
 * Puts Fauna together: database, migrations, first boot, store, publisher, bearer, API. It resolves when every route can
 * be answered from the newest state.
 */
export async function composeFauna({
  config,
  port,
  log,
}: {
  readonly config: Config;
  /** Where this process listens: known before anything is put together, and not always what was asked for. */
  readonly port: number;
  readonly log: Logger;
}): Promise<Fauna> {
  const endings = createEndings({ onLate: (message) => log.warn(message) });
  try {
    return await compose({ config, port, log, endings });
  } catch (error) {
    // Why it could not start is what matters now.
    await endings.run().catch((failure: unknown) => log.error(reasonOf(failure)));
    throw error;
  }
}

async function compose({
  config,
  port,
  log,
  endings,
}: {
  readonly config: Config;
  readonly port: number;
  readonly log: Logger;
  readonly endings: Endings;
}): Promise<Fauna> {
  const { url, dataFolder } = await openPostgres({ config, log, endings });
  // Not the error itself: the pool hangs the whole connection on it.
  const tellBroken = (error: Error) => log.warn({ reason: reasonOf(error) }, 'A database connection broke');
  const pool = createPool({ url, onError: tellBroken });
  endings.add({ of: 'the connections to the database', end: () => pool.end(), patienceMs });
  const { hasAppRole } = await migrate(pool).catch((cause: Error) => {
    throw new StartError(
      `Cannot use the database at ${placeOfDatabase(url)}: ${reasonOf(cause)}. Check DATABASE_URL`,
      { cause },
    );
  });
  if (hasAppRole) workAsAppRole(pool);
  else log.warn(unconfined);
  const database = createDatabase(pool);

  const metrics = createManagerMetrics();
  const delivery = createDelivery({ ...config, registry: metrics.registry, log });
  endings.add({ of: 'the store', end: () => delivery.store.close(), patienceMs });
  let nudge: WriteDeps['onCommit'] = () => {}; // Nothing is published before the first boot is through; the publisher then finds it all.
  const writing: WriteDeps = {
    database,
    now: () => new Date(),
    randomBytes: (size) => randomBytes(size),
    onCommit(documentIds, snapshots) {
      metrics.committed(documentIds.length);
      nudge(documentIds, snapshots);
    },
    known: new KnownRulesets(),
  };
  if ((await markSecret(database, config.secret)).hasChanged) log.warn(otherSecret);
  const { sample } = await firstBoot({ config, deps: writing, log });
  const usage = new UsageCollector({
    database,
    source: delivery.usage,
    now: writing.now,
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
    now: writing.now,
    log,
  });
  endings.add({ of: 'the publisher', end: () => publishing.publisher.close(), patienceMs });
  nudge = publishing.nudge;
  const alarms = new AlarmWatch({
    database,
    heartbeats: publishing.heartbeats,
    now: writing.now,
    steady: () => performance.now(),
    schedule,
    log,
  });
  endings.add({ of: 'the watch over bearers', end: () => alarms.close(), patienceMs });

  const bearers = delivery.serve();
  const access = createAccess({
    ...writing,
    secret: config.secret,
    url: config.url,
    oidc: config.oidc,
    log,
  });
  const live = new LiveFeed({ database, ...access, now: () => performance.now(), log });
  const webhooks = createWebhooks({
    ...writing,
    secret: config.secret,
    url: config.url,
    egress: config.webhookEgress,
    random: Math.random,
    log,
  });
  endings.add({
    of: 'webhooks',
    end: () => webhooks.dispatcher.close(sendPatienceMs),
    patienceMs: sendPatienceMs + patienceMs,
  });
  webhooks.dispatcher.start();
  const example =
    delivery.mode === 'all-in-one' && sample?.serverKey !== undefined
      ? mountExample({ host: config.host, port, open: openExample(sample.clientKey, sample.serverKey) })
      : undefined;
  const exampleAt = example && '/example';
  const version = await readVersion();
  const manager = createManagerApp({
    ...writing,
    adminToken: config.adminToken,
    access,
    live,
    webhooks,
    placement: { url: config.url, trustedProxies: config.trustedProxies },
    heartbeats: publishing.heartbeats,
    alarms: (environmentId) => alarms.of(environmentId),
    onAnswered: (answered) => metrics.answered(answered),
    installation: () => ({ version, mode: delivery.mode, example: exampleAt ?? null }),
    log,
  });
  metrics.watch({
    database,
    isStoreUp: () => publishing.publisher.isStoreUp(),
    pending: () => postgresOutbox(database).pending(),
    liveStreams: () => live.size,
    bearerStreams: () => publishing.bearerApi.streams,
    alarms: (kind) => alarms.count(kind),
    steady: () => performance.now(),
  });
  // Where others read the store, no answer can vouch for what they serve; and then none must wait for it.
  const api =
    delivery.mode === 'all-in-one'
      ? readYourWrites(manager.fetch, () => publishing.publisher.settled())
      : manager.fetch;

  const dashboard = staticSite({
    folder: dashboardFolder,
    buildWith: 'npm run build',
    url: config.url,
    // The reference is told of as an address, which people also try with curl.
    isForPrograms: (path) => /^\/+api\/+docs(?:\/|$)/i.test(path),
  });

  return {
    fetch: routeByPrefix({
      routes: [
        {
          prefixes: ['/api'],
          fetch: shareApiPrefix({ api, bearerApi: publishing.bearerApi.app.fetch, pages: dashboard }),
        },
        { prefixes: bearerPrefixes, fetch: bearers.fetch },
        {
          prefixes: ['/metrics'],
          fetch: metrics.serve({
            token: config.metricsToken,
            text: bearers.metricsText ?? (() => metrics.registry.metrics()),
          }),
        },
        ...(example === undefined ? [] : [{ prefixes: ['/example'], fetch: example.fetch }]),
        {
          prefixes: ['/healthz', '/readyz'],
          fetch: readiness({
            database,
            bearer: bearers.status,
            isStoreUp: () => publishing.publisher.isStoreUp(),
          }),
        },
      ],
      otherwise: dashboard,
    }),
    dataFolder,
    welcomeToken: (await access.ownerExists()) ? undefined : ownerToken(config.secret),
    example: exampleAt,
    sample,
    async drain() {
      live.close();
      webhooks.dispatcher.stop();
      publishing.bearerApi.close();
      await example?.close();
      await bearers.drain();
    },
    close: () => endings.run(),
  };
}

function schedule(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}

async function readVersion(): Promise<string> {
  // The same from the sources and from `dist`.
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

async function openPostgres({
  config,
  log,
  endings,
}: {
  readonly config: Config;
  readonly log: Logger;
  readonly endings: Endings;
}): Promise<{ readonly url: string; readonly dataFolder: string }> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, dataFolder: config.dataDir };
  const server = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    onTrouble: (message, err) => log.warn({ err }, message),
  });
  const lock = await holdDataFolder({ url: server.url, dataDir: config.dataDir });
  // Only whoever holds the folder may end its server; a second Fauna has not come this far.
  endings.add({ of: 'the embedded Postgres', end: () => server.stop() });
  endings.add({ of: 'the hold on the data folder', end: () => lock.release(), patienceMs });
  return { url: server.url, dataFolder: server.folder };
}

/** Imported when it is opened: React comes with it. */
function openExample(clientKey: string, serverKey: string) {
  return async (url: string) => {
    const { createCheckout } = await import('@fauna-flags/example-checkout');
    return createCheckout({ url, clientKey, serverKey });
  };
}
