import type { RegexPort } from '@fauna-flags/core';
import { keyRegistryDocument, type Snapshot } from '@fauna-flags/protocol';
import type { Hono } from 'hono';
import { createApp } from './app.ts';
import type { Clock } from './clock.ts';
import { type BearerLimits, defaultBearerLimits } from './config.ts';
import type { BearerCrypto } from './crypto.ts';
import { DocumentFollower } from './documents/document-follower.ts';
import { KeptDocuments } from './documents/kept-documents.ts';
import { signedSnapshots } from './documents/signed-snapshots.ts';
import type { SnapshotCopies } from './documents/snapshot-copies.ts';
import { isUsable, type KeyRing, keyRegistryBytesMax, parseKeyRing } from './keys/key-ring.ts';
import type { KeySource } from './keys/key-source.ts';
import { type Log, reasonOf } from './log.ts';
import { type Meter, noMeter } from './metrics/meter.ts';
import type { MetricsAccess } from './metrics/metrics-response.ts';
import { noTrustedProxies, type TrustedProxies } from './middleware/client-address.ts';
import { allowsOrigin } from './middleware/origin.ts';
import { type PeerDeps, Peers } from './peers.ts';
import { Environments } from './rulesets/environments.ts';
import type { RulesetSource } from './rulesets/ruleset-source.ts';
import type { Services } from './services.ts';
import type { BearerStatus, SourceInUse } from './status.ts';
import type { OpenStream } from './streams/open-stream.ts';
import { Streams } from './streams/streams.ts';
import { DropLog } from './usage/drop-log.ts';
import { KeyUses } from './usage/key-uses.ts';
import { MemoryUsageSink } from './usage/memory-usage-sink.ts';
import { recordIds } from './usage/record-ids.ts';
import { UsageBatches } from './usage/usage-batches.ts';
import type { UsageRecord, UsageSink } from './usage/usage-sink.ts';

/** What a bearer is made of. Everything that a runtime differs in comes in here. */
export interface BearerDeps extends PeerDeps {
  readonly rulesets: RulesetSource;
  readonly keys: KeySource;
  /** Where evaluation counts go; kept in memory, bounded, when absent. */
  readonly usage?: UsageSink;
  readonly clock: Clock;
  /** Uniform in [0, 1); spreads timers, never makes secrets. */
  readonly random: () => number;
  readonly crypto: BearerCrypto;
  /** Without it no `matches` condition holds. */
  readonly regex?: RegexPort;
  readonly log: Log;
  /** Counts what happens; nobody does when absent. */
  readonly meter?: Meter;
  /** Answers `/metrics` there, for whoever shows the token; without it the path does not exist. */
  readonly metrics?: { readonly token: string; text(status: BearerStatus): Promise<string> };
  /** Whose `X-Forwarded-For` is believed when streams are counted by address; nobody's when absent. */
  readonly trustedProxies?: TrustedProxies;
  readonly limits?: Partial<BearerLimits>;
  /** What is read from at this moment; when absent, the store while the sources answer. */
  readonly sourceInUse?: () => SourceInUse;
  /** Follows these environments alone; all that some key leads to when absent. */
  readonly serves?: ReadonlySet<string>;
  /** Where the last good state is kept, to begin with when nothing upstream answers; nothing is kept when absent. */
  readonly copies?: SnapshotCopies | undefined;
  /** Ed25519 public keys (32 bytes) of the managers: only what one of them has signed is applied. Absent: anything. */
  readonly verifyKeys?: readonly Uint8Array[] | undefined;
}

/** A running bearer. */
export interface Bearer {
  /** The application; answers `bearerPrefixes`, `/healthz` and `/readyz`. */
  readonly app: Hono;
  /** How it does; the same as `/readyz`. */
  status(): BearerStatus;
  /** Every document that it serves, as it came: a source that knows of them asks nobody for what is here. */
  held(): ReadonlyMap<string, Snapshot>;
  /** Resolves once what was kept of the time before is served; the sources may still be silent. Never rejects. */
  readonly started: Promise<void>;
  /** Says goodbye to every stream, closes them and the sources, and finishes the copies. May be called twice. */
  close(): Promise<void>;
}

/**
 * Starts a bearer: it follows the key registry and every environment that a key leads to, and answers at once with what
 * it has, or with 503 until it has something.
 */
export function createBearer(deps: BearerDeps): Bearer {
  const { clock, random, crypto, log, meter = noMeter, trustedProxies = noTrustedProxies } = deps;
  const limits: BearerLimits = { ...defaultBearerLimits, ...deps.limits };
  const streams = new Streams({ clock, random, limits, meter, isGood });
  const kept = deps.copies && new KeptDocuments({ copies: deps.copies, clock, log });
  const isSigned = deps.verifyKeys && signedSnapshots({ verifyKeys: deps.verifyKeys, crypto });
  const shared = { isSigned, kept, clock, random, crypto, log, limits };
  const onChanged = () => peers.changed();
  const source = deps.rulesets;
  const environments = new Environments({ ...shared, source, regex: deps.regex, meter, onChanged });
  let environmentsStarted: Promise<void> = Promise.resolve();
  const keys = new DocumentFollower<KeyRing>({
    documentId: keyRegistryDocument,
    reader: deps.keys,
    bytesMax: keyRegistryBytesMax,
    parse: ({ payload }) => parseKeyRing(payload),
    onApplied: (ring, origin) => {
      streams.revoke();
      const followed = served(ring);
      environmentsStarted = environments.follow(followed);
      // What a copy does not know of may have been added since.
      if (origin === 'source') kept?.retain(new Set([keyRegistryDocument, ...followed]));
      onChanged();
    },
    ...shared,
  });
  const sourceInUse = deps.sourceInUse ?? (() => (keys.status().source === 'live' ? 'store' : 'none'));
  const usage: UsageSink = deps.usage ?? new MemoryUsageSink();
  const newRecordId = recordIds(random);
  const drops = new DropLog({
    ...{ clock, log },
    begins: 'Cannot record usage, dropping it',
    over: 'Usage is recorded again',
  });
  const tellUsage = (record: UsageRecord) => {
    // Counts are worth less than an application's request: whatever happens to them, it goes on.
    usage.record(record).then(
      () => drops.kept(),
      (error: unknown) => {
        if (closing === undefined) drops.dropped(1, { key: record.keyId, reason: reasonOf(error) });
      },
    );
  };
  const usageBatches = new UsageBatches({
    ...{ clock, newId: newRecordId, tell: tellUsage },
    drops: new DropLog({
      ...{ clock, log },
      begins: 'Cannot keep all that is told of usage with one SDK key, dropping some',
      over: 'All that is told of usage is kept again',
    }),
  });
  const keyUses = new KeyUses({ clock, newId: newRecordId, tell: tellUsage });
  const peers = new Peers({ ...deps, usage, keys, environments, streams, sourceInUse });
  const services: Services = {
    keys,
    environments,
    streams,
    usageBatches,
    keyUses,
    clock,
    crypto,
    log,
    limits,
    meter,
    trustedProxies,
  };
  let closing: Promise<void> | undefined;
  const app = createApp(services, { status, metrics: metricsAccess(), bearerApi: peers.app });
  return { app, status, held: () => peers.held(), started: start(), close };

  function metricsAccess(): MetricsAccess {
    const { metrics } = deps;
    return { token: metrics?.token, crypto, text: async () => (await metrics?.text(status())) ?? '' };
  }

  async function start(): Promise<void> {
    // Without copies not even a moment passes before the sources are asked.
    if (kept !== undefined) await kept.load();
    if (closing !== undefined) return;
    await keys.start();
    await environmentsStarted;
  }

  /** Whether a stream may stay open: its key is still good, and still stands for what the stream was opened for. */
  function isGood({ key, origin }: OpenStream): boolean {
    const now = keys.document?.findById(key.id);
    if (!isUsable(now, clock.now())) return false;
    if (now === key) return true;
    return now.environment === key.environment && now.kind === key.kind && allowsOrigin(now, origin);
  }

  function served(ring: KeyRing): ReadonlySet<string> {
    const reachable = ring.environments();
    const { serves } = deps;
    return serves === undefined ? reachable : new Set([...serves].filter((id) => reachable.has(id)));
  }

  function status(): BearerStatus {
    const followed = [...environments.all()];
    const settled = followed.every(({ live, follower }) => live !== undefined || follower.answered);
    return {
      ready: closing === undefined && keys.document !== undefined && settled,
      source: sourceInUse(),
      keys: keys.status(),
      environments: followed.map(({ id, hub, follower }) => ({
        id,
        ...follower.status(),
        streams: hub.size,
      })),
      streams: streams.open,
      copyFailures: kept?.failures ?? 0,
    };
  }

  function close(): Promise<void> {
    closing ??= shut();
    return closing;
  }

  async function shut(): Promise<void> {
    streams.close();
    keys.stop();
    environments.stop();
    keyUses.flush();
    usageBatches.flush();
    // What is left of usage goes the same way as the reports, before that is closed.
    await usage.close?.();
    await Promise.allSettled([peers.close(), deps.rulesets.close(), deps.keys.close(), kept?.settled()]);
  }
}
