/**
 * Whose turn it is: members in slots, of which one comes up at each turn. Each member comes up once a round, always after
 * the same time, so that ten thousand streams cost what a few of them cost at each turn.
 */
export class BeatWheel<Member> {
  readonly #slots: readonly Set<Member>[];
  #at = 0;

  /** A round has this many turns, at least one. */
  constructor(turns: number) {
    this.#slots = Array.from({ length: Math.max(1, turns) }, () => new Set<Member>());
  }

  /** Puts a member in, to come up at the given turn from now (1 is the next), and every round after it; the answer takes it out. */
  add(member: Member, inTurns: number): () => void {
    const { length } = this.#slots;
    const slot = this.#slots[(this.#at + Math.max(1, Math.min(length, Math.round(inTurns)))) % length];
    slot?.add(member);
    return () => void slot?.delete(member);
  }

  /** Moves on, and gives those whose turn it is. */
  turn(): readonly Member[] {
    this.#at = (this.#at + 1) % this.#slots.length;
    return [...(this.#slots[this.#at] ?? [])];
  }
}
