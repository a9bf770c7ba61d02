import type { Snapshot } from '@fauna-flags/protocol';
import * as z from 'zod';

/*
 * How one snapshot lies in a file: a line of JSON that says what it is, then its bytes as they are. One file, so that
 * renaming it is all or nothing; text, so that people can look at it (`tail -n +2 <file>`), and could write it.
 *
 * The name says the same for whoever looks into the folder, and lets a folder be read without opening every file:
 * `<document>.<epoch>-<version>-<first 8 digits of the hash>.snapshot`.
 */

const headSchema = z.object({
  fauna: z.literal('snapshot-1'),
  document: z.string(),
  epoch: z.number().int().min(0),
  version: z.number().int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  signature: z.string().max(1_024).optional(),
});

/** A longer first line is no head of ours; looking for its end must not mean to look through a whole disk. */
const headBytesMax = 4 * 1024;

/** Larger files are none of ours: the largest document, the key registry, may have a quarter of it. */
export const snapshotFileBytesMax = 64 * 1024 * 1024;

/** What the name of a file says. */
export interface SnapshotFileName {
  readonly name: string;
  readonly documentId: string;
  readonly epoch: number;
  readonly version: number;
  readonly hash8: string;
}

/** UUIDs, and names like them. Ids come from the outside, and become names of files. */
const documentIdPattern = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** The name of a snapshot's file. Throws when the document's id must not become a part of one. */
export function snapshotFileName(documentId: string, { epoch, version, hash }: Snapshot): string {
  return `${requireDocumentId(documentId)}.${epoch}-${version}-${hash.slice(0, 8)}.snapshot`;
}

/** The id, where it may become a part of a file's name; else throws. */
export function requireDocumentId(documentId: string): string {
  if (documentIdPattern.test(documentId)) return documentId;
  throw new Error('its id is none that could name a file');
}

/** Reads a name; `undefined` for whatever else lies in the folder. */
export function parseSnapshotFileName(name: string): SnapshotFileName | undefined {
  const [, documentId, epoch, version, hash8] =
    /^([a-z0-9][a-z0-9-]{0,63})\.(\d{1,15})-(\d{1,15})-([0-9a-f]{8})\.snapshot$/.exec(name) ?? [];
  if (documentId === undefined || epoch === undefined || version === undefined || hash8 === undefined)
    return undefined;
  return { name, documentId, epoch: Number(epoch), version: Number(version), hash8 };
}

/** The content of a snapshot's file. */
export function writeSnapshotFile(documentId: string, snapshot: Snapshot): Uint8Array {
  const { epoch, version, hash, signature, payload } = snapshot;
  const head = { fauna: 'snapshot-1', document: documentId, epoch, version, hash, signature };
  const line = new TextEncoder().encode(`${JSON.stringify(head)}\n`);
  const bytes = new Uint8Array(line.length + payload.length);
  bytes.set(line);
  bytes.set(payload, line.length);
  return bytes;
}

/**
 * Reads the content of a file that should hold this document; `undefined` when it does not. Whether the bytes have the hash
 * that the head names is left to whoever has something to hash with.
 */
export function parseSnapshotFile(documentId: string, bytes: Uint8Array): Snapshot | undefined {
  const end = bytes.subarray(0, headBytesMax).indexOf(0x0a);
  if (end === -1) return undefined;
  const head = headSchema.safeParse(jsonOf(bytes.subarray(0, end)));
  if (!head.success || head.data.document !== documentId) return undefined;
  const { epoch, version, hash, signature } = head.data;
  return {
    epoch,
    version,
    hash,
    payload: bytes.subarray(end + 1),
    ...(signature === undefined ? {} : { signature }),
  };
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
