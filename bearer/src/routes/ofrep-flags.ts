import type { Context, Evaluation } from '@fauna-flags/core';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import { ofrepItem } from './ofrep-item.ts';

/** For whom flags are evaluated. */
export interface OfrepReader {
  readonly context: Context;
  /** True for client keys: hidden flags do not exist for them, and no rule is named. */
  readonly forClient: boolean;
}

/** Every flag that the reader may see, sorted by key, as the JSON text of the array. */
export function ofrepFlagsText({ compiled }: LiveRuleset, { context, forClient }: OfrepReader): string {
  const evaluations = compiled.evaluateAll(context, { clientVisible: forClient });
  const keys = forClient ? compiled.clientFlagKeys : compiled.flagKeys;
  return `[${keys.map((key) => textOf(key, evaluations[key] ?? unknownFlag, forClient)).join(',')}]`;
}

/** One flag as it stands in that array; a flag that the reader does not see has the text of its failure. */
export function ofrepFlagText(live: LiveRuleset, flagKey: string, reader: OfrepReader): string {
  return textOf(flagKey, ofrepEvaluation(live, flagKey, reader), reader.forClient);
}

/** One flag for a reader: to client keys a hidden flag is one that does not exist. */
export function ofrepEvaluation(
  live: LiveRuleset,
  flagKey: string,
  { context, forClient }: OfrepReader,
): Evaluation {
  const hidden = forClient && !live.isClientVisible(flagKey);
  return hidden ? unknownFlag : live.compiled.evaluate(flagKey, context);
}

const unknownFlag: Evaluation = { reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' };

function textOf(flagKey: string, evaluation: Evaluation, forClient: boolean): string {
  return JSON.stringify(ofrepItem(flagKey, evaluation, { withRule: !forClient, metadata: {} }));
}
