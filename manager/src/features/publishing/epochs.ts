import { formatStoredPosition, type StoredPosition } from '@fauna-flags/protocol';
import type { Outbox } from './outbox.ts';

/** What moving documents to new epochs takes. */
export interface EpochsDependencies {
  readonly outbox: Pick<Outbox, 'raiseEpoch'>;
  /**
   * The highest epoch, in Unix seconds, that a document may be moved to: a little ahead of the clock. Whoever can write
   * into the store or report as a bearer can claim any position; readers never go back, so an epoch from the far future
   * would be one above which there is soon no room.
   */
  readonly epochMax: () => number;
  readonly log: { warn(fields: object, message: string): void };
}

/**
 * Moves documents above positions that the database cannot have given: it has lost the commits that led there, or two
 * histories exist. Every reader then accepts the history that has survived.
 */
export class Epochs {
  readonly #dependencies: EpochsDependencies;
  /** Documents of which an impossible position was told: it is found again every few seconds. */
  readonly #told = new Set<string>();

  constructor(dependencies: EpochsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Answers whether the document was moved; a position of the far future is told of and otherwise ignored. */
  async raise(documentId: string, above: StoredPosition, seenBy: string): Promise<boolean> {
    const { outbox, epochMax, log } = this.#dependencies;
    const fields = { documentId, seenBy, position: formatStoredPosition(above) };
    if (above.epoch + 1 > epochMax()) {
      if (!this.#told.has(documentId))
        log.warn(
          fields,
          'Somebody claims a position of the far future, which no manager has given: ignored it',
        );
      this.#told.add(documentId);
      return false;
    }
    log.warn(fields, 'The database lacks commits that were delivered: moving the document to a new epoch');
    await outbox.raiseEpoch(documentId, above);
    return true;
  }
}
