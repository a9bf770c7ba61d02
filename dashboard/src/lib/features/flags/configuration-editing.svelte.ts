import type { Configuration, PutConfiguration } from '@fauna-flags/protocol';
import {
  type ConfigurationDraft,
  chooseMode,
  draftOf,
  putOf,
  putOfConfiguration,
  sameConfiguration,
  type TargetingMode,
} from './configuration-draft.ts';

/**
 * The editing of one configuration: what was begun with, what it is becoming, and what others made of it meanwhile. A
 * change by others is taken over silently while nothing was edited here; otherwise it waits in `theirs` for a decision,
 * and neither side is ever overwritten unasked.
 */
export class ConfigurationEditing {
  /** What the draft is a change of. */
  base: Configuration;
  draft: ConfigurationDraft;
  /** What others saved since, when it differs from both. */
  theirs = $state.raw<Configuration>();

  readonly #variations: () => readonly string[];
  readonly #newId: () => string;

  constructor({ configuration, variations, newId }: EditingOptions) {
    this.#variations = variations;
    this.#newId = newId;
    this.base = $state.raw(configuration);
    this.draft = $state.raw(draftOf(configuration, variations(), newId));
  }

  /** What saving would send. */
  get put(): PutConfiguration {
    return putOf(this.draft);
  }

  /** What saving would replace. */
  get before(): PutConfiguration {
    return putOfConfiguration(this.base);
  }

  /** Whether anything was edited. */
  get isDirty(): boolean {
    return !sameConfiguration(this.put, this.before);
  }

  /** Takes what the manager says the configuration is; may come any number of times, and in any order. */
  receive(configuration: Configuration): void {
    if (configuration.revision <= this.base.revision) return;
    const [put, theirs] = [this.put, putOfConfiguration(configuration)];
    if (sameConfiguration(this.before, theirs) || sameConfiguration(put, theirs)) {
      // A switch was pressed, or the same was said twice: the draft is now a change of the newer one.
      this.base = configuration;
      this.theirs = undefined;
    } else if (this.isDirty) {
      this.theirs = configuration;
    } else {
      this.#begin(configuration);
    }
  }

  /** Gives up what was edited for what others saved. */
  loadTheirs(): void {
    if (this.theirs !== undefined) this.#begin(this.theirs);
  }

  /** Goes on with what was edited; saving will replace what others saved, knowingly. */
  keepMine(): void {
    if (this.theirs !== undefined) this.base = this.theirs;
    this.theirs = undefined;
  }

  /** Goes back to what is saved. */
  discard(): void {
    this.#begin(this.theirs ?? this.base);
  }

  /** Begins anew with what saving answered. */
  saved(configuration: Configuration): void {
    this.#begin(configuration);
  }

  choose(mode: TargetingMode): void {
    this.draft = chooseMode(this.draft, mode, this.#newId);
  }

  /** Changes parts of the draft. */
  edit(change: Partial<ConfigurationDraft>): void {
    this.draft = { ...this.draft, ...change };
  }

  /** Changes parts of what the simple "audiences" says. */
  editAudiences(change: Partial<ConfigurationDraft['audiences']>): void {
    this.edit({ audiences: { ...this.draft.audiences, ...change } });
  }

  /** Changes parts of what the rules say. */
  editRules(change: Partial<ConfigurationDraft['rules']>): void {
    this.edit({ rules: { ...this.draft.rules, ...change } });
  }

  #begin(configuration: Configuration): void {
    this.base = configuration;
    this.draft = draftOf(configuration, this.#variations(), this.#newId);
    this.theirs = undefined;
  }
}

interface EditingOptions {
  readonly configuration: Configuration;
  /** The keys of the flag's variations. */
  readonly variations: () => readonly string[];
  /** Makes ids for rows, unique in the page. */
  readonly newId: () => string;
}
