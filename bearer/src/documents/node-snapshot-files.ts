import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '@fauna-flags/protocol';
import {
  parseSnapshotFile,
  parseSnapshotFileName,
  type SnapshotFileName,
  snapshotFileBytesMax,
} from './snapshot-file.ts';

/**
 * The snapshots that lie in a folder by their names, for each document the newest in front. Whatever else lies there is not
 * seen. A folder that is not there is an empty one; rejects when it cannot be read.
 */
export async function listSnapshotFiles(
  folder: string,
): Promise<ReadonlyMap<string, readonly SnapshotFileName[]>> {
  const files = new Map<string, SnapshotFileName[]>();
  for (const name of await namesIn(folder)) {
    const file = parseSnapshotFileName(name);
    if (file !== undefined) files.set(file.documentId, [...(files.get(file.documentId) ?? []), file]);
  }
  for (const those of files.values())
    those.sort((a, b) => b.epoch - a.epoch || b.version - a.version || (a.hash8 < b.hash8 ? -1 : 1));
  return files;
}

/** Reads one of them; `undefined` when it is gone, damaged, half written, too large, or not what its name says. */
export async function readSnapshotFile(
  folder: string,
  { name, documentId, epoch, version, hash8 }: SnapshotFileName,
): Promise<Snapshot | undefined> {
  const bytes = await contentOf(join(folder, name));
  const snapshot = bytes && parseSnapshotFile(documentId, bytes);
  if (snapshot === undefined || snapshot.epoch !== epoch || snapshot.version !== version) return undefined;
  const hash = createHash('sha256').update(snapshot.payload).digest('hex');
  return hash === snapshot.hash && hash.startsWith(hash8) ? snapshot : undefined;
}

/** Rejects, in words for people, where there is no such folder. */
export async function folderMustExist(folder: string): Promise<void> {
  const there = await stat(folder).catch(() => undefined);
  if (there?.isDirectory() !== true) throw new Error(`Cannot read the folder ${folder}: there is none`);
}

/** The names of all that lies in a folder; none where there is no folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

async function contentOf(path: string): Promise<Uint8Array | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      return size > snapshotFileBytesMax ? undefined : new Uint8Array(await file.readFile());
    } finally {
      await file.close();
    }
  } catch {
    // A file that cannot be read is as good as none: there is another copy, and there is the source.
    return undefined;
  }
}
