import { createHash } from 'node:crypto';
import {
  canonicalJson,
  keyRegistryDocument,
  type Snapshot,
  type StoredPosition,
} from '@fauna-flags/protocol';
import { MemoryReports } from '../../../bearer/src/reports/memory-reports.ts';
import type { BearerHeartbeats } from '../../../manager/src/features/publishing/bearer-heartbeats.ts';
import type { Outbox } from '../../../manager/src/features/publishing/outbox.ts';
import { type Content, firstContent, rulesetOf } from './content.ts';
import { environmentId, firstKeys, type KeysContent, registryOf } from './keys.ts';
import type { Ledger } from './ledger.ts';
import { Machine } from './machine.ts';
import type { Network } from './network.ts';
import { judge } from './standing.ts';

/** What a manager's pool waits for a statement. */
const statementMsMax = 5_000;
const firstEpoch = 1_700_000_000;
/** How many commits can be lost at once. */
const lostCommitsMax = 3;

/** All that a restore brings back. */
interface State {
  readonly snapshots: ReadonlyMap<string, Snapshot>;
  readonly published: ReadonlyMap<string, StoredPosition>;
  readonly content: Content;
  readonly keys: KeysContent;
}

/** The truth, which may lose its last commits. Every call is one transaction on its machine. */
export class SimulatedPostgres {
  readonly machine: Machine;
  readonly #network: Network;
  readonly #ledger: Ledger;
  #state: State;
  /** The states before the last commits, the newest last. */
  readonly #past: State[] = [];
  readonly #reports: MemoryReports;

  constructor(network: Network, ledger: Ledger) {
    this.#network = network;
    this.#ledger = ledger;
    const { scheduler } = network;
    this.machine = new Machine('postgres', scheduler);
    this.#reports = new MemoryReports({ steady: () => scheduler.now });
    this.#state = { snapshots: new Map(), published: new Map(), content: firstContent, keys: firstKeys };
    this.commit({});
    this.#past.length = 0;
  }

  get content(): Content {
    return this.#state.content;
  }

  get keys(): KeysContent {
    return this.#state.keys;
  }

  /** Where a document stands now. */
  snapshot(documentId: string): Snapshot | undefined {
    return this.#state.snapshots.get(documentId);
  }

  /** Commits a change, one version further where something has changed. Answers where the environment then stands. */
  commit({ content, keys }: { readonly content?: Content; readonly keys?: KeysContent }): void {
    const isFirst = this.#state.snapshots.size === 0;
    this.#remember();
    const snapshots = new Map(this.#state.snapshots);
    if (content !== undefined || isFirst)
      this.#lay(snapshots, environmentId, (version) => rulesetOf(content ?? firstContent, version));
    if (keys !== undefined || isFirst)
      this.#lay(snapshots, keyRegistryDocument, () => registryOf(keys ?? firstKeys));
    this.#state = {
      ...this.#state,
      snapshots,
      content: content ?? this.#state.content,
      keys: keys ?? this.#state.keys,
    };
  }

  start(): void {
    this.machine.start();
  }

  /** A restore or a failover: the last commits have never been. Answers how many were lost. */
  loseCommits(count: number): number {
    const lost = Math.min(count, this.#past.length);
    for (let times = 0; times < lost; times += 1) this.#state = this.#past.pop() ?? this.#state;
    return lost;
  }

  /** The outbox as one manager reaches it. */
  outboxFor(manager: Machine): Outbox {
    const ask = <T>(work: (state: State) => T): Promise<T> =>
      this.#network.call({
        from: manager,
        to: this.machine,
        timeoutMs: statementMsMax,
        work: () => work(this.#state),
      });
    return {
      pending: () =>
        ask(({ snapshots, published }) =>
          [...snapshots].flatMap(([documentId, snapshot]) => {
            const known = published.get(documentId);
            return known !== undefined && judge(snapshot, known) === 'same' ? [] : [documentId];
          }),
        ),
      deleted: () =>
        ask(({ snapshots, published }) =>
          [...published.keys()].filter((documentId) => !snapshots.has(documentId)),
        ),
      read: (documentId) => ask(({ snapshots }) => snapshots.get(documentId)),
      positions: () =>
        ask(
          ({ snapshots }) =>
            new Map(
              [...snapshots].map(([documentId, { epoch, version, hash }]) => [
                documentId,
                { epoch, version, hash },
              ]),
            ),
        ),
      markPublished: (documentId, position) =>
        ask(({ published }) => {
          const known = published.get(documentId);
          if (known !== undefined && judge(position, known) === 'older') return;
          this.#state = { ...this.#state, published: new Map(published).set(documentId, position) };
        }),
      forget: (documentId) =>
        ask(({ published }) => {
          const rest = new Map(published);
          rest.delete(documentId);
          this.#state = { ...this.#state, published: rest };
        }),
      raiseEpoch: (documentId, above) => ask(() => this.#raiseEpoch(documentId, above)),
    };
  }

  /** Heartbeats as one manager keeps and reads them. They are no part of what a restore brings back: they are young. */
  heartbeatsFor(manager: Machine): BearerHeartbeats {
    const ask = <T>(work: () => T | Promise<T>): Promise<T> =>
      this.#network.call({ from: manager, to: this.machine, timeoutMs: statementMsMax, work });
    return {
      keep: (heartbeat) => ask(() => this.#reports.report(heartbeat)),
      all: () => ask(() => this.#reports.heartbeats()),
    };
  }

  #raiseEpoch(documentId: string, above: StoredPosition): void {
    const snapshot = this.#state.snapshots.get(documentId);
    if (snapshot === undefined || snapshot.epoch > above.epoch) return;
    this.#remember();
    this.#keep(documentId, new Map(this.#state.snapshots), { ...snapshot, epoch: above.epoch + 1 });
  }

  #lay(snapshots: Map<string, Snapshot>, documentId: string, documentAt: (version: number) => object): void {
    const before = snapshots.get(documentId);
    const version = (before?.version ?? 0) + 1;
    const payload = new TextEncoder().encode(canonicalJson(documentAt(version)));
    const hash = createHash('sha256').update(payload).digest('hex');
    this.#keep(documentId, snapshots, { epoch: before?.epoch ?? firstEpoch, version, hash, payload });
  }

  #keep(documentId: string, snapshots: Map<string, Snapshot>, snapshot: Snapshot): void {
    snapshots.set(documentId, snapshot);
    this.#ledger.record(documentId, snapshot, this.#network.scheduler.now);
    this.#state = { ...this.#state, snapshots };
  }

  #remember(): void {
    this.#past.push(this.#state);
    if (this.#past.length > lostCommitsMax) this.#past.shift();
  }
}
