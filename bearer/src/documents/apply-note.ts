import { formatStoredPosition, parseStoredPosition } from '@fauna-flags/protocol';
import * as z from 'zod';
import type { ApplyAttempt } from './snapshot-copies.ts';

/** A note that a snapshot is being applied, as text, and which process has written it. */
export interface ApplyNote extends ApplyAttempt {
  readonly processId: number;
  /** The name of its machine or container, since numbers of processes mean nothing to another. */
  readonly host: string;
}

const schema = z.object({
  position: z.string(),
  attempt: z.number().int().min(0),
  beganAtMs: z.number(),
  processId: z.number().int(),
  host: z.string(),
});

/** Writes a note. */
export function writeApplyNote({ position, ...rest }: ApplyNote): string {
  return JSON.stringify({ position: formatStoredPosition(position), ...rest });
}

/** Reads a note; `undefined` for one that is only half there, and for anything else. */
export function parseApplyNote(text: string): ApplyNote | undefined {
  try {
    const { position, ...rest } = schema.parse(JSON.parse(text));
    const stored = parseStoredPosition(position);
    return stored === undefined ? undefined : { ...rest, position: stored };
  } catch {
    return undefined;
  }
}
