import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Snapshot } from '@fauna-flags/protocol';
import { parseApplyNote, writeApplyNote } from './apply-note.ts';
import { listSnapshotFiles, namesIn, readSnapshotFile } from './node-snapshot-files.ts';
import { type ApplyAttempt, copiesPerDocument, type SnapshotCopies } from './snapshot-copies.ts';
import {
  requireDocumentId,
  type SnapshotFileName,
  snapshotFileName,
  writeSnapshotFile,
} from './snapshot-file.ts';

/** Rules and the digests of keys are nobody else's to read. */
const fileMode = 0o600;
const folderMode = 0o700;

/** Files that are read at once at the start: a disk far away takes its time for each, and descriptors are not endless. */
const readersMax = 8;

const host = hostName();

const noteName = /^([a-z0-9][a-z0-9-]{0,63})\.applying$/;
const unfinishedName = /\.snapshot\.(\d{1,10})\.tmp$/;

/**
 * Copies as files in one folder, which is made when it is first needed. Works wherever there is `node:fs`: on Node and Deno.
 *
 * A copy is written under another name, brought to the disk, and renamed, so that no death leaves half of one; that takes
 * milliseconds, off the thread. A note is written in place, at once and without waiting for the disk, because every change
 * waits for it: it is there for the death of the process, and not of the machine.
 *
 * Several processes may share a folder, containers too: what they write is the same, and the note of one that lives, or of
 * which that cannot be known, is not taken for that of a dead one.
 */
export class NodeDiskCopies implements SnapshotCopies {
  readonly #folder: string;
  #isFolderMade = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async load(): Promise<ReadonlyMap<string, readonly Snapshot[]>> {
    await this.#removeUnfinished();
    const copies = new Map<string, readonly Snapshot[]>();
    const left = [...(await listSnapshotFiles(this.#folder))];
    const reader = async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        const [documentId, files] = next;
        const good = await this.#goodAmong(files);
        if (good.length > 0) copies.set(documentId, good);
      }
    };
    await Promise.all(Array.from({ length: readersMax }, reader));
    return copies;
  }

  async save(documentId: string, snapshot: Snapshot): Promise<void> {
    const name = snapshotFileName(documentId, snapshot);
    const unfinished = join(this.#folder, `${name}.${process.pid}.tmp`);
    try {
      await mkdir(this.#folder, { recursive: true, mode: folderMode });
      await writeThrough(unfinished, writeSnapshotFile(documentId, snapshot));
      await rename(unfinished, join(this.#folder, name));
      await syncFolder(this.#folder);
    } catch (error) {
      // Half of a copy on a full disk would take the room of the next one.
      await rm(unfinished, { force: true }).catch(() => {});
      throw error;
    }
    await this.#removeOld(documentId, snapshot);
  }

  async remove(documentId: string): Promise<void> {
    const files = (await listSnapshotFiles(this.#folder)).get(requireDocumentId(documentId)) ?? [];
    for (const { name } of files) await rm(join(this.#folder, name), { force: true });
    await this.endApplying(documentId);
  }

  async beginApplying(documentId: string, attempt: ApplyAttempt): Promise<void> {
    const note = writeApplyNote({ ...attempt, processId: process.pid, host });
    const path = this.#notePath(documentId);
    if (!this.#isFolderMade) mkdirSync(this.#folder, { recursive: true, mode: folderMode });
    this.#isFolderMade = true;
    try {
      writeFileSync(path, note, { mode: fileMode });
    } catch (error) {
      // Somebody may have taken the folder away.
      this.#isFolderMade = false;
      throw error;
    }
  }

  async endApplying(documentId: string): Promise<void> {
    rmSync(this.#notePath(documentId), { force: true });
  }

  async interrupted(): Promise<ReadonlyMap<string, ApplyAttempt>> {
    const attempts = new Map<string, ApplyAttempt>();
    for (const name of await namesIn(this.#folder)) {
      const [, documentId] = noteName.exec(name) ?? [];
      if (documentId === undefined) continue;
      const note = parseApplyNote(await readFile(join(this.#folder, name), 'utf8').catch(() => ''));
      if (note === undefined || note.host !== host || isAliveElsewhere(note.processId)) continue;
      const { position, attempt, beganAtMs } = note;
      attempts.set(documentId, { position, attempt, beganAtMs });
    }
    return attempts;
  }

  async #goodAmong(files: readonly SnapshotFileName[]): Promise<readonly Snapshot[]> {
    const good: Snapshot[] = [];
    for (const file of files) {
      const snapshot = await readSnapshotFile(this.#folder, file);
      if (snapshot !== undefined) good.push(snapshot);
      if (good.length === copiesPerDocument) break;
    }
    return good;
  }

  #notePath(documentId: string): string {
    return join(this.#folder, `${requireDocumentId(documentId)}.applying`);
  }

  /** Keeps the newest two. The other side of a fork has lost, and must not be taken for the newest. */
  async #removeOld(documentId: string, { epoch, version, hash }: Snapshot): Promise<void> {
    const files = (await listSnapshotFiles(this.#folder)).get(documentId) ?? [];
    const kept = files.filter(
      (file) => file.epoch !== epoch || file.version !== version || hash.startsWith(file.hash8),
    );
    const wanted = new Set(kept.slice(0, copiesPerDocument));
    for (const file of files) if (!wanted.has(file)) await rm(join(this.#folder, file.name), { force: true });
  }

  /** What processes were writing when they died. */
  async #removeUnfinished(): Promise<void> {
    for (const name of await namesIn(this.#folder)) {
      const [, processId] = unfinishedName.exec(name) ?? [];
      if (processId === undefined || isAliveElsewhere(Number(processId))) continue;
      // A folder that may only be read holds good copies all the same.
      await rm(join(this.#folder, name), { force: true }).catch(() => {});
    }
  }
}

async function writeThrough(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', fileMode);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The new name is in the folder, which is on the disk by itself. Where folders cannot be opened it is there in time. */
async function syncFolder(folder: string): Promise<void> {
  const opened = await open(folder, 'r').catch(() => undefined);
  if (opened === undefined) return;
  await opened.sync().catch(() => {});
  await opened.close();
}

/**
 * Whether this is another process that lives. In a container the one before us had our own number; where it may not be asked
 * (Deno without --allow-run) nobody is taken to live, as if the folder were ours alone.
 */
function isAliveElsewhere(processId: number): boolean {
  if (processId === process.pid) return false;
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Where it may not be asked (Deno without --allow-sys) all are taken for one. */
function hostName(): string {
  try {
    return hostname();
  } catch {
    return '';
  }
}
