import { formatPosition, type Position, parsePosition } from '@fauna-flags/core/link';

/**
 * The request header in which a reader of `bearerApiPaths.stream` says which documents it holds, so that a reconnect costs
 * nothing where nothing has changed: `<document id>=<epoch-version-hash8>`, separated by commas.
 */
export const heldDocumentsHeader = 'Fauna-Holds';

/** Headers as a whole are bounded by every server; what does not fit is sent again, which is right too. */
const headerLengthMax = 8 * 1024;

/** Writes the header; documents beyond its bound are left out. */
export function formatHeldDocuments(held: Iterable<readonly [documentId: string, Position]>): string {
  let text = '';
  for (const [documentId, position] of held) {
    const entry = `${text === '' ? '' : ','}${documentId}=${formatPosition(position)}`;
    if (text.length + entry.length > headerLengthMax) break;
    text += entry;
  }
  return text;
}

/** Reads the header. What cannot be read is as good as not held. */
export function parseHeldDocuments(text: string | null | undefined): ReadonlyMap<string, Position> {
  const held = new Map<string, Position>();
  for (const entry of (text ?? '').slice(0, headerLengthMax).split(',')) {
    const [, documentId, positionText] = /^\s*([A-Za-z0-9-]{1,64})=(\S+)\s*$/.exec(entry) ?? [];
    const position = parsePosition(positionText);
    if (documentId !== undefined && position !== undefined) held.set(documentId, position);
  }
  return held;
}
