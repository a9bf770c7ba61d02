import type { Position } from '@fauna-flags/core/link';
import type { Snapshot } from '@fauna-flags/protocol';
import type { Clock } from '../clock.ts';
import type { RulesetSource } from '../rulesets/ruleset-source.ts';
import { folderMustExist, listSnapshotFiles, readSnapshotFile } from './node-snapshot-files.ts';
import type { SnapshotFileName } from './snapshot-file.ts';

/** Between two looks into the folder: what a change costs at most before it is seen, for one listing of names a second. */
const pollMs = 1_000;

type Files = ReadonlyMap<string, readonly SnapshotFileName[]>;

/**
 * Reads documents from a folder of snapshot files, as copies on disk are: to begin with before there is anything upstream,
 * or where there never will be. Whoever brings a new file lays it down under another name and renames it, as `mv` does.
 *
 * The folder is looked at once a second while somebody watches. Reads reject while it is not there.
 */
export class NodeFolderSource implements RulesetSource {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #watches = new Map<() => void, string>();
  /** The newest file of each document when the folder was last looked at. */
  #seen: ReadonlyMap<string, string> = new Map();
  #cancelPoll: (() => void) | undefined;
  #closed = false;

  constructor({
    folder,
    clock,
    pollMs: everyMs = pollMs,
  }: {
    readonly folder: string;
    readonly clock: Clock;
    readonly pollMs?: number;
  }) {
    this.#folder = folder;
    this.#clock = clock;
    this.#pollMs = everyMs;
  }

  /** The newest that can be read: a file that is damaged hides what it covers no longer than the one before it lies there. */
  async read(documentId: string): Promise<Snapshot | undefined> {
    for (const file of (await this.#list()).get(documentId) ?? []) {
      const snapshot = await readSnapshotFile(this.#folder, file);
      if (snapshot !== undefined) return snapshot;
    }
    return undefined;
  }

  async position(documentId: string): Promise<Position | undefined> {
    const [newest] = (await this.#list()).get(documentId) ?? [];
    if (newest === undefined) return undefined;
    const { epoch, version, hash8 } = newest;
    return { epoch, version, hash8 };
  }

  watch(documentId: string, onHint: () => void): () => void {
    if (this.#closed) return () => {};
    const own = () => onHint();
    this.#watches.set(own, documentId);
    // What it has seen of others says nothing of what this one has missed.
    this.#seen = new Map([...this.#seen].filter(([id]) => id !== documentId));
    this.#schedule();
    return () => {
      this.#watches.delete(own);
      if (this.#watches.size === 0) this.#stop();
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watches.clear();
    this.#stop();
  }

  async #list(): Promise<Files> {
    if (this.#closed) throw new Error('Cannot read from a folder: this source was closed');
    await folderMustExist(this.#folder);
    return listSnapshotFiles(this.#folder);
  }

  #schedule(): void {
    if (this.#cancelPoll !== undefined || this.#watches.size === 0) return;
    this.#cancelPoll = this.#clock.after(this.#pollMs, () => {
      void this.#look().finally(() => {
        this.#cancelPoll = undefined;
        this.#schedule();
      });
    });
  }

  #stop(): void {
    this.#cancelPoll?.();
    this.#cancelPoll = undefined;
  }

  async #look(): Promise<void> {
    // Whoever reads hears that the folder cannot be read; there is nothing to hint at.
    const files: Files = await this.#list().catch(() => new Map());
    const before = this.#seen;
    this.#seen = new Map([...files].map(([documentId, [newest]]) => [documentId, newest?.name ?? '']));
    for (const [onHint, documentId] of [...this.#watches])
      if (this.#seen.get(documentId) !== before.get(documentId)) onHint();
  }
}
