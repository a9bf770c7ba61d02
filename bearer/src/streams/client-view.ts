import type { Context } from '@fauna-flags/core';
import { writeFrame } from '@fauna-flags/protocol';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import { type AffectedFlag, type ClientStep, clientStep } from './client-step.ts';
import { faunaDialect } from './stream-dialect.ts';
import type { Opening, StreamView } from './stream-view.ts';

/** From so many flags on, one evaluation of all flags is cheaper than one of each: a context is hashed once for all. */
const flagsAtOnceMin = 8;

/**
 * What a client stream shows: the values of client-visible flags for its one context. It keeps the context and the index
 * of each flag's variation, two bytes a flag, and asks the evaluator only about flags that a change can reach.
 */
export class ClientView implements StreamView {
  readonly dialect = faunaDialect;
  readonly #context: Context;
  #live: LiveRuleset;
  #indexes: Int16Array;

  constructor(live: LiveRuleset, context: Context) {
    this.#live = live;
    this.#context = context;
    // Also for a reader that holds everything already: later changes are judged against these indexes.
    this.#indexes = live.compiled.clientIndexes(context);
  }

  get live(): LiveRuleset {
    return this.#live;
  }

  open(opening: Opening): Uint8Array {
    if (opening === 'none') return this.#live.noneFrame;
    const { positionText, compiled } = this.#live;
    const reset = opening === 'reset' ? ',"reset":true' : '';
    const data = `{"position":"${positionText}"${reset},"flags":${compiled.serializeClient(this.#context)}}`;
    return new TextEncoder().encode(writeFrame({ id: positionText, event: 'put', data }));
  }

  resume(to: LiveRuleset): Uint8Array {
    return this.advance(to) ?? this.open('none');
  }

  advance(to: LiveRuleset): Uint8Array | undefined {
    if (to === this.#live) return undefined;
    const from = this.#live;
    const step = clientStep(from, to);
    const held = this.#indexes;
    const indexes = step.rearranged ? this.#rearrange(step) : held;
    const all = step.affected.length < flagsAtOnceMin ? undefined : to.compiled.clientIndexes(this.#context);
    const changed: AffectedFlag[] = [];
    for (const flag of step.affected) {
      const { place, previous, sameVariations } = flag;
      const index = all?.[place] ?? to.compiled.clientIndex(place, this.#context);
      const before = previous === undefined ? undefined : (held[previous] ?? -1);
      indexes[place] = index;
      if (before !== undefined && previous !== undefined) {
        // Values decide: another variation with the same value, or another error, shows nothing new.
        const isSame = sameVariations && before === index;
        if (isSame || from.compiled.valueText(previous, before) === to.compiled.valueText(place, index))
          continue;
      }
      changed.push(flag);
    }
    this.#live = to;
    this.#indexes = indexes;
    return this.#frame(changed, step);
  }

  #frame(changed: readonly AffectedFlag[], step: ClientStep): Uint8Array | undefined {
    const [first] = changed;
    if (first === undefined) return step.removed.length === 0 ? undefined : step.frame('');
    if (changed.length === 1) return step.frameOfOne(first, this.#answer(first));
    return step.frame(changed.map((flag) => flag.head + this.#answer(flag)).join());
  }

  #answer({ place }: AffectedFlag): string {
    return this.#live.compiled.clientEntry(place, this.#context);
  }

  #rearrange(step: ClientStep): Int16Array {
    const indexes = new Int16Array(step.places.length);
    step.places.forEach((previous, place) => {
      indexes[place] = previous < 0 ? -1 : (this.#indexes[previous] ?? -1);
    });
    return indexes;
  }
}
