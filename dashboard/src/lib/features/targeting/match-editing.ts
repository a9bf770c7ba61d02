import type { DraftCondition, DraftGroup } from './draft.ts';
import type { LocatedError } from './locate-errors.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Groups inside groups beyond this are for the API: nobody reads them on a page. Deeper ones are still shown. */
export const nestingMax = 3;

/** What the parts of the match editor share: what is edited, and the ways to change it. */
export interface MatchEditing {
  readonly vocabulary: Vocabulary;
  /** The errors at a condition or group, until it is changed. */
  errorsAt(id: string): readonly LocatedError[];
  newId(): string;
  /** Puts a condition in the place of the one with its id. */
  replace(condition: DraftCondition): void;
  /** Applies an edit; afterwards the part with the id `focus` gets the focus. */
  edit(change: (root: DraftGroup) => DraftGroup, focus?: string): void;
  /** Takes a part away and leaves the focus beside it. */
  remove(id: string): void;
}
