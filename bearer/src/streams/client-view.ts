import type { Context } from '@fauna-flags/core';
import { writeFrame } from '@fauna-flags/protocol';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import { type ClientStep, clientStep } from './client-step.ts';
import { faunaDialect } from './stream-dialect.ts';
import type { Opening, StreamView } from './stream-view.ts';

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
    const changed: string[] = [];
    for (const { place, previous, sameVariations } of step.affected) {
      const index = to.compiled.clientIndex(place, this.#context);
      const before = previous === undefined ? undefined : (held[previous] ?? -1);
      indexes[place] = index;
      if (before !== undefined && previous !== undefined) {
        // Values decide: another variation with the same value, or another error, shows nothing new.
        const isSame = sameVariations && before === index;
        if (isSame || from.compiled.valueText(previous, before) === to.compiled.valueText(place, index))
          continue;
      }
      changed.push(
        `${JSON.stringify(to.compiled.clientFlagKeys[place])}:${to.compiled.clientEntry(place, this.#context)}`,
      );
    }
    this.#live = to;
    this.#indexes = indexes;
    if (changed.length === 0 && step.removed.length === 0) return undefined;
    return step.frame(`{${changed.join(',')}}`);
  }

  #rearrange(step: ClientStep): Int16Array {
    const indexes = new Int16Array(step.places.length);
    step.places.forEach((previous, place) => {
      indexes[place] = previous < 0 ? -1 : (this.#indexes[previous] ?? -1);
    });
    return indexes;
  }
}
