import type { DataFrame, Frame } from './frame.ts';
import { LinkError } from './link-error.ts';
import { comparePositions, formatPosition, type Position } from './position.ts';

/** What a replica is made for. */
export interface ReplicaOptions {
  /** Makes the state what the frame says, as a whole or not at all; throws when it cannot be read. */
  readonly apply: (frame: DataFrame) => void;
  /**
   * True when every new position comes with data (rulesets). Otherwise a position may move alone, because nothing that
   * we see changed (the values of one context).
   */
  readonly exact: boolean;
  /** Where the state at hand stands, if there is one that can be resumed. */
  readonly position?: Position | undefined;
}

type StreamFrame = Extract<Frame, { position: Position }>;

/**
 * Decides which frames become state. Two rules: state never goes back (only a higher position, the same pair with
 * another hash, or `reset` is applied), and a patch is applied only onto exactly what its sender believes that we hold.
 *
 * The second one matters when two sources meet. A patch holds what changed since its base; onto any other base, a
 * value that was changed and changed back would be missed for ever.
 */
export class Replica {
  readonly #apply: (frame: DataFrame) => void;
  readonly #exact: boolean;
  #position: Position | undefined;
  /** The position of the last data; behind `#position` when heartbeats moved that one. */
  #applied: Position | undefined;
  /** What the sender of the open stream believes that we hold. */
  #base: Position | undefined;
  #isAwaitingData = false;

  constructor({ apply, exact, position }: ReplicaOptions) {
    this.#apply = apply;
    this.#exact = exact;
    this.#position = this.#applied = position;
  }

  /** Where the state stands, as it goes over the wire. */
  get position(): string | undefined {
    return this.#position && formatPosition(this.#position);
  }

  /** A stream is being opened; the answer is where it may resume. */
  resume(): string | undefined {
    this.#base = this.#position;
    this.#isAwaitingData = false;
    return this.position;
  }

  /** Takes a frame of the open stream; throws `out_of_sync` when only a new stream can help. */
  receive(frame: StreamFrame): void {
    if (frame.kind === 'put') this.put(frame);
    else if (frame.kind === 'patch') this.#patch(frame);
    else if (!this.#confirm(frame.position)) return;
    this.#base = frame.position;
  }

  /** Takes a whole state from anywhere; true when we now stand where it stands. */
  put(frame: DataFrame): boolean {
    if (frame.reset || advances(frame.position, this.#position)) this.#take(frame);
    return isSame(frame.position, this.#position);
  }

  #patch(frame: DataFrame): void {
    this.#demandSync();
    const isBehind = comparePositions(frame.position, this.#position as Position) === 'older';
    // Compared with the last data, not with the last heartbeat: one that overtook its patch must not make us skip it.
    if (frame.reset || (!isBehind && advances(frame.position, this.#applied))) this.#take(frame);
  }

  #take(frame: DataFrame): void {
    this.#apply(frame);
    this.#position = this.#applied = frame.position;
    this.#isAwaitingData = false;
  }

  /** A bare position. False when it must not become the base, because its data is still to come. */
  #confirm(position: Position): boolean {
    if (!isSame(this.#base, this.#position) || !advances(position, this.#position)) return true;
    if (!this.#exact) {
      this.#position = position;
      return true;
    }
    // The data may be queued behind the heartbeat. At the second heartbeat it is lost, and resuming brings it.
    if (this.#isAwaitingData) throw outOfSync();
    this.#isAwaitingData = true;
    return false;
  }

  #demandSync(): void {
    if (this.#position === undefined || !isSame(this.#base, this.#position)) throw outOfSync();
  }
}

function advances(position: Position, onto: Position | undefined): boolean {
  if (onto === undefined) return true;
  const order = comparePositions(position, onto);
  return order === 'newer' || order === 'fork';
}

function isSame(a: Position | undefined, b: Position | undefined): boolean {
  return a !== undefined && b !== undefined && comparePositions(a, b) === 'same';
}

function outOfSync(): LinkError {
  return new LinkError('out_of_sync', 'Cannot apply a patch: it was made for another state than ours');
}
