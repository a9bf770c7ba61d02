import { type Heartbeat, keyRegistryDocument, type Snapshot } from '@fauna-flags/protocol';
import type { Hono } from 'hono';
import type { Clock } from './clock.ts';
import type { BearerCrypto } from './crypto.ts';
import type { DocumentFollower } from './documents/document-follower.ts';
import type { KeyRing } from './keys/key-ring.ts';
import type { Log } from './log.ts';
import type { ReportSink } from './reports/report-sink.ts';
import { Reporter } from './reports/reporter.ts';
import type { Environments } from './rulesets/environments.ts';
import type { SourceInUse } from './status.ts';
import type { Streams } from './streams/streams.ts';
import { type BearerApi, createBearerApi } from './upstream/bearer-api.ts';
import { BearerLibrary } from './upstream/bearer-library.ts';
import { UsageRelay } from './usage/usage-relay.ts';
import type { UsageSink } from './usage/usage-sink.ts';

/** What a bearer may have to do with others. */
export interface PeerDeps {
  /** As whom, and where to, this bearer tells every three seconds how it does; it tells nobody when absent. */
  readonly reports?:
    | { readonly id: string; readonly runtime: Heartbeat['runtime']; readonly sink: ReportSink }
    | undefined;
  /** `FAUNA_BEARER_TOKEN`: bearers that show it may read from this one, and report through it. Nobody may when absent. */
  readonly bearerToken?: string | undefined;
}

/** A bearer among others: it serves those that read from it what it holds, and reports for itself and for them. */
export class Peers {
  readonly #api: BearerApi;
  readonly #library: BearerLibrary;
  readonly #reporter: Reporter | undefined;

  constructor({
    reports,
    bearerToken,
    keys,
    environments,
    streams,
    sourceInUse,
    usage,
    ...runtime
  }: PeerDeps & {
    readonly keys: DocumentFollower<KeyRing>;
    readonly environments: Environments;
    readonly streams: Streams;
    readonly sourceInUse: () => SourceInUse;
    readonly usage: UsageSink;
    readonly clock: Clock;
    readonly random: () => number;
    readonly crypto: BearerCrypto;
    readonly log: Log;
  }) {
    const { clock, random, crypto, log } = runtime;
    this.#library = new BearerLibrary(keys, () => environments.all());
    const heartbeat = (id: string, kind: Heartbeat['runtime']): Heartbeat => ({
      schema: 1,
      id,
      at: clock.now(),
      runtime: kind,
      streams: streams.open,
      source: sourceInUse(),
      documents: Object.fromEntries([
        [keyRegistryDocument, keys.heartbeat()],
        ...[...environments.all()].map(({ id, follower }) => [id, follower.heartbeat()] as const),
      ]),
    });
    this.#reporter =
      reports &&
      new Reporter({
        sink: reports.sink,
        heartbeat: () => heartbeat(reports.id, reports.runtime),
        clock,
        random,
        log,
      });
    const relay = new UsageRelay(usage);
    this.#api = createBearerApi({
      library: this.#library,
      token: bearerToken,
      crypto,
      clock,
      random,
      log,
      onHeartbeat: async (passed) => this.#reporter?.pass(passed),
      onUsage: (records) => relay.pass(records),
    });
  }

  /** Answers everything under `/api/bearer`. */
  get app(): Hono {
    return this.#api.app;
  }

  /** Every document that this bearer serves, as it came. */
  held(): ReadonlyMap<string, Snapshot> {
    return this.#library.held();
  }

  /** Something was applied: whoever reads from this bearer is told. */
  changed(): void {
    this.#library.changed();
  }

  /** Sends every reader away, and reports no more. */
  async close(): Promise<void> {
    this.#api.close();
    await this.#reporter?.close();
  }
}
