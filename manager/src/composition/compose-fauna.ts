/*
 * The composition root: with the files beside it, the only place in the manager that knows which adapter stands behind
 * which port, and that may import the bearer. What is started here is ended in reverse.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import { createManagerApp } from '../app.ts';
import type { Config } from '../config/config.ts';
import { createAccess, markSecret, ownerToken } from '../features/access/index.ts';
import { LiveFeed } from '../features/live/index.ts';
import { KnownRulesets, type WriteDeps } from '../features/publishing/index.ts';
import { createWebhooks } from '../features/webhooks/index.ts';
import type { Fetch } from '../platform/fetch.ts';
import { reasonOf } from '../platform/reason-of.ts';
import { createEndings, type Endings, patienceMs } from './endings.ts';
import { firstBoot } from './first-boot.ts';
import { createFront } from './front.ts';
import { createManagerMetrics } from './metrics.ts';
import { mountExample } from './mount-example.ts';
import type { SampleKeys } from './sample.ts';
import { startDatabase } from './start-database.ts';
import { startDelivering } from './start-delivering.ts';

/** A change may be meant. Two managers that differ are not: whoever signs in at one is a stranger to the other. */
const otherSecret =
  'FAUNA_SECRET is not the one that this database was last used with: everybody has to sign in again, and the one-time link is another. If you did not mean to change it, another manager still uses the other one: give all managers the same, or people signed in at one get 401 from the next';

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

interface Start {
  readonly config: Config;
  /** Where this process listens: known before anything is put together, and not always what was asked for. */
  readonly port: number;
  readonly log: Logger;
}

/**
 * Puts Fauna together: database, migrations, first boot, store, publisher, bearer, API. It resolves when every route can
 * be answered from the newest state.
 */
export async function composeFauna(start: Start): Promise<Fauna> {
  const { log } = start;
  const endings = createEndings({ onLate: (message) => log.warn(message) });
  try {
    return await compose({ ...start, endings });
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
}: Start & { readonly endings: Endings }): Promise<Fauna> {
  const metrics = createManagerMetrics();
  const { database, dataFolder } = await startDatabase({ place: config, log, endings });

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

  const delivering = await startDelivering({ config, database, metrics, now: writing.now, log, endings });
  const { delivery, publishing, alarms } = delivering;
  nudge = publishing.nudge;
  const bearers = delivery.serve();

  const { secret, url } = config;
  const access = createAccess({ ...writing, secret, url, oidc: config.oidc, log });
  const live = new LiveFeed({ database, ...access, now: () => performance.now(), log });
  const egress = config.webhookEgress;
  const webhooks = createWebhooks({ ...writing, secret, url, egress, random: Math.random, log });
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
  const api = createManagerApp({
    ...writing,
    adminToken: config.adminToken,
    access,
    live,
    webhooks,
    placement: { url, trustedProxies: config.trustedProxies },
    heartbeats: publishing.heartbeats,
    alarms: (environmentId) => alarms.of(environmentId),
    onAnswered: (answered) => metrics.answered(answered),
    installation: () => ({ version, mode: delivery.mode, example: exampleAt ?? null }),
    log,
  });

  return {
    fetch: createFront({
      config,
      database,
      metrics,
      delivering,
      bearers,
      api: api.fetch,
      example: example?.fetch,
      liveStreams: () => live.size,
    }),
    dataFolder,
    welcomeToken: (await access.ownerExists()) ? undefined : ownerToken(secret),
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

async function readVersion(): Promise<string> {
  // The same from the sources and from `dist`.
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Imported when it is opened: React comes with it. */
function openExample(clientKey: string, serverKey: string) {
  return async (url: string) => {
    const { createCheckout } = await import('@fauna-flags/example-checkout');
    return createCheckout({ url, clientKey, serverKey });
  };
}
