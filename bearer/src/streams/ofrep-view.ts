import { affectedFlags } from '@fauna-flags/core';
import { type OfrepRefetch, writeMessage } from '@fauna-flags/protocol';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import { ofrepDialect } from './ofrep-dialect.ts';
import { perRuleset, perStep } from './stream-step.ts';
import type { Opening, StreamView } from './stream-view.ts';

/** What the reader gets to see of one flag, as text; for one that it does not see always the same. */
export type ShownFlag = (live: LiveRuleset, flagKey: string) => string;

/**
 * What an event stream of the OpenFeature Remote Evaluation Protocol shows: that the reader should ask again, whenever
 * the answer that it would get is another one. It keeps no answers: of the flags that a change can reach, the answer
 * before and the answer after are computed and compared, until the first that differs.
 */
export class OfrepView implements StreamView {
  readonly dialect = ofrepDialect;
  readonly #shown: ShownFlag;
  #live: LiveRuleset;

  constructor(live: LiveRuleset, shown: ShownFlag) {
    this.#live = live;
    this.#shown = shown;
  }

  get live(): LiveRuleset {
    return this.#live;
  }

  /** The position alone, which no client dispatches; behind it a refetch unless what the reader holds is current. */
  open(opening: Opening): Uint8Array {
    return opening === 'none' ? standingFrame(this.#live) : standingAndRefetchFrame(this.#live);
  }

  resume(to: LiveRuleset): Uint8Array {
    return this.open(this.advance(to) === undefined ? 'none' : 'put');
  }

  advance(to: LiveRuleset): Uint8Array | undefined {
    if (to === this.#live) return undefined;
    const from = this.#live;
    this.#live = to;
    for (const key of affected(from, to))
      if (this.#shown(from, key) !== this.#shown(to, key)) return refetchFrame(to);
    return undefined;
  }
}

const affected = perStep((from, to) => affectedFlags(from.ruleset, to.ruleset));
const standingFrame = perRuleset((live) => encode(standing(live)));
const refetchFrame = perRuleset((live) => encode(refetch(live)));
const standingAndRefetchFrame = perRuleset((live) => encode(standing(live) + refetch(live)));

function standing({ positionText }: LiveRuleset): string {
  return `id: ${positionText}\n\n`;
}

/** The position is the `etag`: sent back with the question, it lets a bearer that is behind read on before it answers. */
function refetch({ positionText, readAtMs }: LiveRuleset): string {
  const data: OfrepRefetch = {
    type: 'refetchEvaluation',
    etag: positionText,
    lastModified: Math.floor(readAtMs / 1_000),
  };
  return writeMessage({ id: positionText, data: JSON.stringify(data) });
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
