import type { ScenarioName } from './scenarios.ts';

/** One mechanism, taken out of its source by an edit, and how the simulation notices. */
export interface Mutation {
  readonly name: string;
  /** The source, from the root. */
  readonly file: string;
  /** A text that is in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly caughtBy: {
    readonly scenario: ScenarioName;
    /** Among this many seeds at least one must fail. */
    readonly seeds: number;
    /** The invariant that is broken: its name or the beginning of it. */
    readonly invariant: string;
  };
}

/** Every mechanism that the protocol cannot do without. */
export const mutations: readonly Mutation[] = [
  {
    name: 'compare-and-set',
    file: 'manager/src/features/publishing/memory-store.ts',
    find: "if (order === 'newer' || order === 'same' || current === undefined) {",
    replace: 'if (true) {',
    caughtBy: { scenario: 'atRandom', seeds: 30, invariant: 'I7' },
  },
  {
    name: 'hash',
    file: 'sdks/protocol/src/stored-position.ts',
    find: "return a.hash === b.hash ? 'same' : 'fork';",
    replace: "return 'same';",
    caughtBy: { scenario: 'fork', seeds: 10, invariant: 'I6 a fork heals' },
  },
  {
    name: 'epoch-bump',
    file: 'manager/src/features/publishing/epochs.ts',
    find: 'await outbox.raiseEpoch(documentId, above);',
    replace: '',
    caughtBy: { scenario: 'lostCommits', seeds: 5, invariant: 'I6 lost commits' },
  },
  {
    name: 'manager-reconcile',
    file: 'manager/src/features/publishing/publisher.ts',
    find: 'if (this.#isReconcileDue) await this.#reconcile();',
    replace: '',
    caughtBy: { scenario: 'lostKeys', seeds: 5, invariant: 'I6 what the store loses' },
  },
  {
    name: 'notification',
    file: 'bearer/src/documents/document-follower.ts',
    find: 'this.#endWatch = this.#options.reader.watch(() => void this.#fetch());',
    replace: 'this.#endWatch = () => {};',
    caughtBy: { scenario: 'atRandom', seeds: 3, invariant: 'I5' },
  },
  {
    name: 'bearer-reconcile',
    file: 'bearer/src/documents/document-follower.ts',
    find: 'void this.#compare().finally(() => this.#scheduleTick());',
    replace: 'this.#scheduleTick();',
    caughtBy: { scenario: 'failedFetch', seeds: 20, invariant: 'I6 a failed fetch' },
  },
  {
    name: 'hint-on-subscribe',
    file: 'bearer/src/hints/hint-link.ts',
    find: 'for (const documentId of [...this.#watches.keys()]) this.#hint(documentId);',
    replace: '',
    caughtBy: { scenario: 'subscriptionRace', seeds: 20, invariant: 'I6 a cut subscription' },
  },
  {
    name: 'subscription-ping',
    file: 'bearer/src/hints/hint-link.ts',
    find: 'this.#pingLater(subscriber);\n  }\n\n  #pingLater',
    replace: '}\n\n  #pingLater',
    caughtBy: { scenario: 'halfOpen', seeds: 20, invariant: 'I6 a half-open' },
  },
  {
    name: 'monotonic-apply-bearer',
    file: 'bearer/src/documents/document-follower.ts',
    find: "if (standing === 'same' || standing === 'older') {",
    replace: "if (standing === 'same') {",
    caughtBy: { scenario: 'atRandom', seeds: 30, invariant: 'I1' },
  },
  {
    name: 'monotonic-apply-sdk',
    file: 'sdks/core/src/link/replica.ts',
    find: "return order === 'newer' || order === 'fork';",
    replace: "return order !== 'same';",
    caughtBy: { scenario: 'polling', seeds: 10, invariant: 'I1' },
  },
  {
    name: 'nothing-is-not-empty',
    file: 'bearer/src/documents/document-follower.ts',
    find: 'if (snapshot !== undefined && !this.#stopped) await this.#consider(snapshot, askedAt);',
    replace:
      'if (snapshot !== undefined && !this.#stopped) await this.#consider(snapshot, askedAt); else this.#applied = new AppliedDocument(this.#options);',
    caughtBy: { scenario: 'atRandom', seeds: 20, invariant: 'I4' },
  },
  {
    name: 'content-hash',
    file: 'bearer/src/documents/judge-snapshot.ts',
    find: 'if (crypto.sha256Hex(payload) !== hash)',
    replace: 'if (false)',
    caughtBy: { scenario: 'atRandom', seeds: 30, invariant: 'I2' },
  },
  {
    name: 'last-known-good-on-disk',
    file: 'bearer/src/documents/applied-document.ts',
    find: "for (const copy of this.#kept?.takeCopies() ?? []) if (await this.apply(copy, 'copy')) return;",
    replace: '',
    caughtBy: { scenario: 'coldStart', seeds: 2, invariant: 'I4' },
  },
  {
    name: 'heartbeat-check',
    file: 'manager/src/features/publishing/compare-with-database.ts',
    find: 'return { delivered, wanting, lost: lostAmong(heartbeats, committed) };',
    replace: 'return { delivered, wanting, lost: new Map() };',
    caughtBy: { scenario: 'forgottenLoss', seeds: 3, invariant: 'I6 what only bearers know' },
  },
  {
    name: 'fallback-to-managers',
    file: 'bearer/src/upstream/stacked-source.ts',
    find: 'this.#openFallback();\n    });',
    replace: '});',
    caughtBy: { scenario: 'storeDown', seeds: 3, invariant: 'I6 the managers stand in' },
  },
  {
    name: 'boot-loop-guard',
    file: 'bearer/src/documents/quarantine.ts',
    find: 'return this.#isIt(position) && now < this.#untilMs;',
    replace: 'return false;',
    caughtBy: { scenario: 'poison', seeds: 2, invariant: 'I6 poison kills once' },
  },
];

/** The mutation of this name. */
export function mutationNamed(name: string): Mutation | undefined {
  return mutations.find((mutation) => mutation.name === name);
}
