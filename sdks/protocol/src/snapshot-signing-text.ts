import { formatStoredPosition, type StoredPosition } from './stored-position.ts';

/**
 * What a manager signs (Ed25519) for one document at one position. The hash stands for the bytes; the document's id stands
 * here, so that the ruleset of one environment cannot be passed off as that of another.
 */
export function snapshotSigningText(documentId: string, position: StoredPosition): string {
  return `fauna-snapshot-1\n${documentId}\n${formatStoredPosition(position)}`;
}
