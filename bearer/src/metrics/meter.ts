import type { StreamRefusal } from '../streams/stream-gate.ts';

/** One broadcast of a change to the open streams of an environment. */
export interface Broadcast {
  /** Streams that were looked at. */
  readonly streams: number;
  /** Those that were written to: the others see nothing of the change. */
  readonly writes: number;
  /** From the first to the last. */
  readonly durationMs: number;
}

/** Why a stream is over. */
export type StreamEnding = 'left' | 'slow' | 'revoked' | 'goodbye';

/**
 * What the bearer counts as it happens; what it is at a moment is read from its status instead. Nothing here throws or
 * waits, and every label comes from a closed set, since whoever sends requests must not be able to make new series.
 */
export interface Meter {
  /** A request was answered. `route` is the route's template. */
  answered(route: string, status: number): void;
  /** A stream was not opened for want of a place. */
  refused(why: StreamRefusal | 'closing'): void;
  /** A stream was opened. */
  opened(): void;
  /** A stream is over. */
  ended(why: StreamEnding): void;
  broadcast(broadcast: Broadcast): void;
}

/** Counts nothing. */
export const noMeter: Meter = {
  answered: () => {},
  refused: () => {},
  opened: () => {},
  ended: () => {},
  broadcast: () => {},
};
