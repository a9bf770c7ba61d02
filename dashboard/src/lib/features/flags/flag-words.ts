import type { FlagKind } from '@fauna-flags/core';
import type { FlagState, Targeting } from '@fauna-flags/protocol';
import { percentOf, whole } from './weights.ts';

/** The kinds of flags as people read them. */
export const kindNames: Readonly<Record<FlagKind, string>> = {
  boolean: 'Boolean',
  string: 'String',
  number: 'Number',
  json: 'JSON',
};

const targetingWords: Readonly<Record<Targeting, string>> = {
  everyone: 'Everyone',
  nobody: 'Nobody',
  audiences: 'Audiences',
  rules: 'Rules',
};

/** Who gets a flag that is on, in one word beside its switch: of a rollout to everyone, how many it reaches. */
export function whoGetsIt({ targeting, share }: Pick<FlagState, 'targeting' | 'share'>): string {
  return share === null || share === whole ? targetingWords[targeting] : percentOf(share);
}
