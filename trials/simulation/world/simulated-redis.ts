import { type Snapshot, storeKeys } from '@fauna-flags/protocol';
import { MemoryShelf } from '../../../bearer/src/documents/memory-shelf.ts';
import { MemoryReports } from '../../../bearer/src/reports/memory-reports.ts';
import type { ReportSink } from '../../../bearer/src/reports/report-sink.ts';
import { memoryStore } from '../../../manager/src/features/publishing/memory-store.ts';
import type { PublishStore } from '../../../manager/src/features/publishing/publish-store.ts';
import type { Connection } from './connection.ts';
import { Machine } from './machine.ts';
import type { Network } from './network.ts';
import { judge, wireText } from './standing.ts';

/** What a connection for commands waits for an answer. */
const commandMsMax = 1_000;
/** How far a replica can lag behind, in writes. */
const lagMax = 4;

/** One who listens: whatever is published goes to it. */
export interface Listener {
  readonly connection: Connection;
  readonly channel: string;
  readonly onMessage: (message: string) => void;
}

/**
 * The store: the very memory store of the all-in-one process on a machine of its own, which may restart with or without
 * its data, be emptied, and fail over to a replica that lags.
 */
export class SimulatedRedis {
  readonly machine: Machine;
  readonly #listeners = new Set<Listener>();
  readonly #network: Network;
  readonly #shelf = new MemoryShelf();
  #reports: MemoryReports;
  /** The real memory store. It reads whatever reports there are at the time. */
  readonly #store = memoryStore(this.#shelf, { heartbeats: () => this.#reports.heartbeats() });
  /** What lay here before the last writes, the newest last: what a lagging replica has. */
  readonly #past: ReadonlyMap<string, Snapshot>[] = [];
  readonly #onRegress: (told: string) => void;

  constructor(network: Network, onRegress: (told: string) => void) {
    this.#network = network;
    this.#onRegress = onRegress;
    this.machine = new Machine('redis', network.scheduler);
    this.#reports = this.#noReports();
    this.#shelf.subscribe((documentId) => this.#hint(documentId));
  }

  /** What lies here; only who looks into the world from outside may ask without a network. */
  read(documentId: string): Snapshot | undefined {
    return this.#shelf.read(documentId);
  }

  /** Everything is gone, and nobody is told. */
  flush(): void {
    this.#remember();
    this.#reports = this.#noReports();
    for (const documentId of this.#shelf.documents()) this.#shelf.remove(documentId);
  }

  /** One document is gone. */
  lose(documentId: string): void {
    this.#remember();
    this.#shelf.remove(documentId);
  }

  /** The process ends, with whatever was connected to it. */
  stop({ keepsData }: { readonly keepsData: boolean }): void {
    this.#network.dropConnections(this.machine);
    this.#listeners.clear();
    this.machine.stop();
    if (!keepsData) this.flush();
  }

  start(): void {
    this.machine.start();
  }

  /** A replica takes over that has not seen the last writes. */
  failOver(lag: number): void {
    const stale = this.#past.at(-Math.min(lag, this.#past.length));
    this.stop({ keepsData: true });
    this.start();
    if (stale === undefined) return;
    for (const documentId of this.#shelf.documents())
      if (!stale.has(documentId)) this.#shelf.remove(documentId);
    for (const [documentId, snapshot] of stale) this.#shelf.put(documentId, snapshot);
  }

  /** The write side, as one manager reaches it. */
  storeFor(manager: Machine): PublishStore {
    return {
      compareAndSet: (documentId, snapshot) =>
        this.call(manager, () => {
          const before = this.#shelf.read(documentId);
          this.#remember();
          const outcome = this.#store.compareAndSet(documentId, snapshot);
          this.#judge(documentId, before);
          return outcome;
        }),
      positions: () => this.call(manager, () => this.#store.positions()),
      remove: (documentId) => this.call(manager, () => this.#store.remove(documentId)),
      heartbeats: () => this.call(manager, () => this.#store.heartbeats()),
      close: async () => undefined,
    };
  }

  /** Where one bearer reports to. */
  reportsFor(bearer: Machine): ReportSink {
    return {
      report: (heartbeat) => this.call(bearer, () => this.#reports.report(heartbeat)),
      close: async () => undefined,
    };
  }

  /** Somebody listens from now on. */
  listen(listener: Listener): void {
    this.#listeners.add(listener);
  }

  /** Tells whoever listens on a channel. */
  publish(channel: string, message: string): void {
    for (const listener of this.#listeners)
      if (listener.channel === channel) listener.connection.toClient(() => listener.onMessage(message));
  }

  /** A connection has ended, and whoever listened over it. */
  forget(connection: Connection): void {
    for (const listener of this.#listeners)
      if (listener.connection === connection) this.#listeners.delete(listener);
  }

  /** One command of somebody. */
  call<T>(from: Machine, work: () => T | Promise<T>): Promise<T> {
    return this.#network.call({ from, to: this.machine, timeoutMs: commandMsMax, work });
  }

  #noReports(): MemoryReports {
    const { scheduler } = this.#network;
    return new MemoryReports({ steady: () => scheduler.now });
  }

  #hint(documentId: string): void {
    const snapshot = this.#shelf.read(documentId);
    if (snapshot === undefined) return;
    const { epoch, version, hash } = snapshot;
    this.publish(storeKeys.hints, `${documentId} ${epoch} ${version} ${hash.slice(0, 8)}`);
  }

  /** Whatever a publisher does, what lies here moves forward. */
  #judge(documentId: string, before: Snapshot | undefined): void {
    const after = this.#shelf.read(documentId);
    if (before === undefined || after === undefined) return;
    const order = judge(after, before);
    if (order === 'newer' || order === 'same') return;
    this.#onRegress(`a publisher put ${documentId} back from ${wireText(before)} to ${wireText(after)}`);
  }

  #remember(): void {
    this.#past.push(new Map(this.#shelf.documents().map((id) => [id, this.#shelf.read(id) as Snapshot])));
    if (this.#past.length > lagMax) this.#past.shift();
  }
}
