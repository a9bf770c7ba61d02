import { MemoryCopies } from '../../../bearer/src/documents/memory-copies.ts';
import type { SnapshotCopies } from '../../../bearer/src/documents/snapshot-copies.ts';
import type { Chance } from './chance.ts';
import type { Machine } from './machine.ts';
import { judge, type Standing } from './standing.ts';

const writeMsMin = 0.5;
const writeMsMax = 20;

/**
 * A disk that outlives the processes that write to it. A write takes its time, and has happened at the end of it or, when
 * the process is gone by then, not at all.
 */
export class SimulatedDisk {
  readonly #machine: Machine;
  readonly #chance: Chance;
  #copies = new MemoryCopies();

  constructor(machine: Machine, chance: Chance) {
    this.#machine = machine;
    this.#chance = chance;
  }

  /** Another disk takes its place, an empty one. */
  replace(): void {
    this.#copies = new MemoryCopies();
  }

  /**
   * Where each document stands that a process would begin with; for whoever looks into the world from outside. What a
   * process was applying when it died is left alone, whether it lies there or not.
   */
  async beginnings(): Promise<ReadonlyMap<string, Standing>> {
    const [kept, interrupted] = await Promise.all([this.#copies.load(), this.#copies.interrupted()]);
    return new Map(
      [...kept].flatMap(([documentId, copies]) => {
        const died = interrupted.get(documentId)?.position;
        const first = copies.find((copy) => died === undefined || judge(copy, died) !== 'same');
        return first === undefined ? [] : [[documentId, first]];
      }),
    );
  }

  /** The disk as the process of the present life has it. */
  open(): SnapshotCopies {
    const copies = this.#copies;
    const done = <T>(work: () => Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        this.#machine.after(this.#chance.between(writeMsMin, writeMsMax), () => work().then(resolve, reject));
      });
    return {
      load: () => done(() => copies.load()),
      save: (documentId, snapshot) => done(() => copies.save(documentId, snapshot)),
      remove: (documentId) => done(() => copies.remove(documentId)),
      // Notes are written in place, while the process waits.
      beginApplying: (documentId, attempt) => copies.beginApplying(documentId, attempt),
      endApplying: (documentId) => copies.endApplying(documentId),
      interrupted: () => done(() => copies.interrupted()),
    };
  }
}
