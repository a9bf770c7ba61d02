import { writeFrame } from '@fauna-flags/protocol';
import { memberOf } from '../member-of.ts';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import { reachedFlags } from '../rulesets/reached-flags.ts';
import { sameJson } from './same-json.ts';
import { perStep } from './stream-step.ts';

/** One client flag whose answer may differ between two rulesets. */
export interface AffectedFlag {
  /** Its place among the client flags of the later ruleset. */
  readonly place: number;
  /** Its key as JSON text, with the colon behind it. */
  readonly head: string;
  /** Its place in the earlier one; `undefined` for a flag that clients did not see. */
  readonly previous: number | undefined;
  /** True when its variations are as they were, so that comparing indexes is comparing values. */
  readonly sameVariations: boolean;
}

/** What all client streams share on the way from one ruleset to another. */
export interface ClientStep {
  /** For each client flag of the later ruleset its place in the earlier one, or -1. */
  readonly places: Int16Array;
  /** True when places have moved, so that a stream's indexes must be laid out anew. */
  readonly rearranged: boolean;
  readonly affected: readonly AffectedFlag[];
  /** Flags that clients no longer see. */
  readonly removed: readonly string[];
  /**
   * The encoded `patch` with these members of its `flags`: the same bytes for every stream with the same change. By far
   * the most changes are of one flag; its answers are few texts that all streams share, so they are found at once.
   */
  frame(members: string): Uint8Array;
  frameOfOne(flag: AffectedFlag, answer: string): Uint8Array;
}

/** How many distinct frames of one step are kept; contexts with odd mixtures beyond it are encoded one by one. */
const framesMax = 256;

/** The step between two rulesets of one environment, computed once for all streams. */
export const clientStep = perStep(makeStep);

function makeStep(from: LiveRuleset, to: LiveRuleset): ClientStep {
  const fromKeys = from.compiled.clientFlagKeys;
  const toKeys = to.compiled.clientFlagKeys;
  const fromPlaces = new Map(fromKeys.map((key, place) => [key, place]));
  const toSet = new Set(toKeys);
  const reached = reachedFlags(from, to);
  const affected: AffectedFlag[] = [];
  const places = Int16Array.from(toKeys, (key, place) => {
    const previous = fromPlaces.get(key);
    if (previous === undefined || reached.has(key))
      affected.push({
        place,
        head: `${JSON.stringify(key)}:`,
        previous,
        sameVariations: sameVariations(from, to, key),
      });
    return previous ?? -1;
  });
  const removed = fromKeys.filter((key) => !toSet.has(key));
  const frames = new Map<string, Uint8Array>();
  const framesOfOne = new Map<AffectedFlag, Map<string, Uint8Array>>();
  const rearranged =
    fromKeys.length !== toKeys.length || places.some((previous, place) => previous !== place);
  return { places, rearranged, affected, removed, frame, frameOfOne };

  function frame(members: string): Uint8Array {
    const known = frames.get(members);
    if (known !== undefined) return known;
    const data = `{"position":"${to.positionText}","flags":{${members}},"removed":${JSON.stringify(removed)}}`;
    const bytes = new TextEncoder().encode(writeFrame({ id: to.positionText, event: 'patch', data }));
    if (frames.size < framesMax) frames.set(members, bytes);
    return bytes;
  }

  function frameOfOne(flag: AffectedFlag, answer: string): Uint8Array {
    const framesOfFlag = framesOfOne.get(flag) ?? new Map<string, Uint8Array>();
    framesOfOne.set(flag, framesOfFlag);
    const known = framesOfFlag.get(answer);
    if (known !== undefined) return known;
    const bytes = frame(flag.head + answer);
    // A flag has no more answers than variations and reasons.
    framesOfFlag.set(answer, bytes);
    return bytes;
  }
}

function sameVariations(from: LiveRuleset, to: LiveRuleset, key: string): boolean {
  const variations = ({ ruleset }: LiveRuleset) =>
    memberOf(memberOf(memberOf(ruleset, 'flags'), key), 'variations');
  return sameJson(variations(from), variations(to));
}
