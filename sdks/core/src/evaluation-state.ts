import { isJsonObject, type JsonObject } from './json.ts';
import type { Outcome } from './outcome.ts';
import type { TraceStep } from './trace.ts';
import type { Slot, ViewReader } from './view.ts';

/**
 * What one evaluation of one context has found out so far. Everything in it is filled when first asked for, so that
 * evaluating one flag of thousands costs no more than that flag.
 */
export interface EvaluationState {
  context: JsonObject;
  readonly readers: readonly ViewReader[];
  /** By slot: `unread`, or what the view gave. */
  readonly views: unknown[];
  readonly growth: ViewGrowth;
  /** Even, and another one for every evaluation: stamps what is remembered below, so that nothing must be erased. */
  generation: number;
  /** By audience: `generation` when the context is not in it, `generation + 1` when it is. Doubles never wrap around. */
  readonly audiences: Float64Array;
  /** By remembered flag: `generation` when its outcome is known. */
  readonly decided: Float64Array;
  readonly outcomes: (Outcome | undefined)[];
  /** Collects the steps of one flag while it is explained. */
  trace: TraceStep[] | undefined;
}

/**
 * How often views were added while evaluations were possible already, which happens where flags are compiled lazily. What
 * a view gave before may be wrong then: the number of a text that nobody asked for until now.
 */
export interface ViewGrowth {
  count: number;
}

/** A question about the context of an evaluation. Never throws. */
export type Test = (state: EvaluationState) => boolean;

/** The test that nothing passes: what cannot be judged. */
export const never: Test = () => false;

const unread = Symbol('unread');
const noContext: JsonObject = {};

/** Lends evaluation states, one per evaluation. */
export interface StatePool {
  /** A state for this context. What is no object counts as an empty context. */
  take(context: unknown): EvaluationState;
  /** Takes a state back and forgets the context: nobody's attributes stay in memory because nobody came after them. */
  giveBack(state: EvaluationState): void;
}

/**
 * A pool with one state in stock. Evaluating never waits, so that one is enough, but for a context that evaluates a flag
 * from within one of its getters: that one gets a state of its own.
 */
export function createStatePool(size: {
  readonly readers: readonly ViewReader[];
  readonly growth: ViewGrowth;
  readonly audiences: number;
  readonly remembered: number;
}): StatePool {
  let stock: EvaluationState | undefined;
  return {
    take(context) {
      const state = stock ?? {
        context: noContext,
        readers: size.readers,
        views: new Array<unknown>(size.readers.length).fill(unread),
        growth: size.growth,
        generation: 0,
        audiences: new Float64Array(size.audiences),
        decided: new Float64Array(size.remembered),
        outcomes: new Array<Outcome | undefined>(size.remembered).fill(undefined),
        trace: undefined,
      };
      stock = undefined;
      state.context = contextOf(context);
      state.generation += 2;
      return state;
    },
    giveBack(state) {
      state.context = noContext;
      state.trace = undefined;
      state.views.fill(unread);
      stock = state;
    },
  };
}

function contextOf(context: unknown): JsonObject {
  try {
    return isJsonObject(context) ? context : noContext;
  } catch {
    // Even asking whether it is a list throws, for a proxy that was revoked.
    return noContext;
  }
}

/** What a view gives for the context; undefined when it cannot be judged. */
export function readView<T>(state: EvaluationState, slot: Slot<T>): T | undefined {
  const { views } = state;
  const known = views[slot];
  // A flag that was compiled while this evaluation was under way may have brought slots of its own.
  const isUnread = known === unread || (known === undefined && slot >= views.length);
  const value = isUnread ? fillView(state, slot) : known;
  // The slot was made for a view of this type, and only its own reader fills it.
  return value as T | undefined;
}

/** Has every view read anew, because some were added. */
export function growViews(state: EvaluationState): void {
  state.growth.count += 1;
  state.views.fill(unread);
}

function fillView(state: EvaluationState, slot: number): unknown {
  const { growth, views } = state;
  const before = growth.count;
  let value: unknown;
  try {
    value = state.readers[slot]?.(state);
  } catch {
    // A list of the application's own threw while it was walked: the attribute cannot be judged, the flag still answers.
    value = undefined;
  }
  // A getter of the application's own may have evaluated something meanwhile, in a state of its own.
  if (growth.count !== before) views.fill(unread);
  while (views.length < slot) views.push(unread);
  views[slot] = value;
  return value;
}
