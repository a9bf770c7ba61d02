import type { FlagKind } from '@fauna-flags/core';
import type { Targeting } from '@fauna-flags/protocol';

/** The kinds of flags as people read them. */
export const kindNames: Readonly<Record<FlagKind, string>> = {
  boolean: 'Boolean',
  string: 'String',
  number: 'Number',
  json: 'JSON',
};

/** Who gets a flag that is on, in one word beside its switch. */
export const targetingWords: Readonly<Record<Targeting, string>> = {
  everyone: 'Everyone',
  nobody: 'Nobody',
  audiences: 'Audiences',
  rules: 'Rules',
};
