import {
  type BearerApiEvent,
  formatStoredPosition,
  type Snapshot,
  type SnapshotEvent,
  type StoredPosition,
} from '@fauna-flags/protocol';
import { toBase64 } from './base64.ts';

const encoder = new TextEncoder();

/** `snapshot`: one document, whole. */
export function snapshotFrame(document: string, snapshot: Snapshot): Uint8Array {
  const { epoch, version, hash, payload, signature } = snapshot;
  const data: SnapshotEvent = {
    document,
    epoch,
    version,
    hash,
    ...(signature === undefined ? {} : { signature }),
    payload: toBase64(payload),
  };
  return frame('snapshot', data);
}

/** `positions`: where every document stands, and how old that is where somebody else must know. */
export function positionsFrame(
  positions: ReadonlyMap<string, StoredPosition>,
  staleMs?: number | null,
): Uint8Array {
  const entries = [...positions].map(([documentId, position]) => [
    documentId,
    formatStoredPosition(position),
  ]);
  return frame('positions', {
    positions: Object.fromEntries(entries),
    ...(staleMs === undefined ? {} : { staleMs }),
  });
}

/** `goodbye`: come back after the delay, or go to somebody else. */
export function goodbyeFrame(delayMs: number): Uint8Array {
  return frame('goodbye', { delayMs });
}

/** How long to wait before a reconnect; no event. */
export function retryFrame(retryMs: number): Uint8Array {
  return encoder.encode(`retry: ${Math.round(retryMs)}\n\n`);
}

/** JSON has no line breaks of its own, so that one line of data holds it. */
function frame(event: BearerApiEvent, data: object): Uint8Array {
  return encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
