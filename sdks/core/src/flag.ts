import { keyAttribute } from './attribute-value.ts';
import { type CompiledMatch, type ConditionScope, compileMatch } from './condition.ts';
import { type EvaluationState, growViews, readView } from './evaluation-state.ts';
import type { Prerequisite } from './model.ts';
import {
  createErrorOutcome,
  createOutcome,
  createOutcomeSource,
  type Outcome,
  type OutcomeSource,
} from './outcome.ts';
import type { ReadFlag } from './read-flag.ts';
import { type CompiledServe, compileServe, type Decide, type ServeScope } from './serve.ts';
import { isMember, type ViewTable } from './view.ts';

/** A flag, compiled. */
export interface CompiledFlag {
  readonly key: string;
  readonly enabled: boolean;
  readonly variations: readonly string[];
  readonly source: OutcomeSource;
  /** The answer for a context. Remembered within one evaluation where other flags ask for it too. */
  readonly decide: Decide;
  /** The same, always anew, so that every step is traced. */
  readonly decideAnew: Decide;
}

/** The two ways to a flag's answer. */
type Decides = Pick<CompiledFlag, 'decide' | 'decideAnew'>;

/** A prerequisite, compiled: the other flag and the place of the variation that it must serve. */
export interface CompiledPrerequisite {
  readonly read: Prerequisite;
  /** Absent when the ruleset has no such flag, or no such variation of it: the prerequisite never holds. */
  readonly required?: { readonly flag: CompiledFlag; readonly variation: number };
}

/** A rule, compiled. */
export interface CompiledRule {
  readonly id: string;
  readonly match: CompiledMatch;
  readonly serve: CompiledServe;
}

/** What a flag is compiled against. */
export interface FlagScope extends ConditionScope {
  readonly key: string;
  readonly memberPrefix: '{' | ',';
  /** The flags compiled so far: all that this one can depend on. */
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  /** What makes the flag's prerequisites impossible to follow: a cycle, or too many steps. */
  readonly prerequisiteProblem: string | undefined;
  /** Where to remember the outcome during an evaluation; undefined for flags that nobody depends on. */
  readonly memory: number | undefined;
  /** Whether the way to the answer is made when somebody first asks. */
  readonly lazy: boolean;
}

/** Compiles a flag. */
export function compileFlag(read: ReadFlag, scope: FlagScope): CompiledFlag {
  const { key, memory } = scope;
  const source = createOutcomeSource(key, scope.memberPrefix, read.variations);
  const decides = (): Decides => {
    const decideAnew = compileDecision(read, source, scope);
    return { decideAnew, decide: memory === undefined ? decideAnew : remembered(decideAnew, memory) };
  };
  const variations = read.variations.map((variation) => variation.key);
  const flag = { key, enabled: read.enabled, variations, source };
  return scope.lazy ? lazily(flag, decides) : { ...flag, ...decides() };
}

/** A flag that takes its decisions over from `decides` when it is first asked. */
function lazily(flag: Omit<CompiledFlag, keyof Decides>, decides: () => Decides): CompiledFlag {
  const prepare = (state: EvaluationState): CompiledFlag => {
    Object.assign(asked, decides());
    growViews(state);
    return asked;
  };
  const asked: CompiledFlag = {
    ...flag,
    decide: (state) => prepare(state).decide(state),
    decideAnew: (state) => prepare(state).decideAnew(state),
  };
  return asked;
}

/** Every decision about what a flag serves is made in here, in this order. */
function compileDecision(read: ReadFlag, source: OutcomeSource, scope: FlagScope): Decide {
  const { views } = scope;
  const serveScope: ServeScope = {
    views,
    source,
    isDeclared: (attribute) => scope.typeOf(attribute) !== undefined,
  };
  const off = createOutcome(source, { variation: read.offVariation, reason: 'OFF' });
  const failed = createOutcome(source, { variation: read.offVariation, reason: 'PREREQUISITE_FAILED' });
  const malformed = createErrorOutcome(source, 'MALFORMED');
  const prerequisites = read.prerequisites.map((prerequisite) => compilePrerequisite(prerequisite, scope));
  const targets = compileTargets(read, source, views);
  const rules: readonly CompiledRule[] = read.rules.map(({ id, match, serve }) => ({
    id,
    match: compileMatch(match, scope),
    serve: compileServe(serve, id, serveScope),
  }));
  const defaultServe = compileServe(read.defaultServe, undefined, serveScope);
  const { enabled } = read;
  const { prerequisiteProblem } = scope;

  return (state) => {
    const { trace } = state;
    trace?.push({ step: 'off', held: !enabled });
    if (!enabled) return off;
    if (prerequisiteProblem !== undefined) {
      trace?.push({ step: 'malformed', problem: prerequisiteProblem });
      return malformed;
    }
    for (const prerequisite of prerequisites) if (!isMet(prerequisite, state)) return failed;
    if (targets !== undefined) {
      const outcome = targets(state);
      trace?.push({ step: 'target', held: outcome !== undefined });
      if (outcome !== undefined) return outcome;
    }
    for (const rule of rules) {
      const held = rule.match.holds(state);
      trace?.push({ step: 'rule', rule, held });
      if (held) return rule.serve.fixed ?? rule.serve.decide(state);
    }
    trace?.push({ step: 'default', serve: defaultServe });
    return defaultServe.decide(state);
  };
}

/** A flag whose entry cannot be read: an error of its own, and no reason not to serve the others. */
export function compileMalformedFlag(
  problem: string,
  { key, memberPrefix }: Pick<FlagScope, 'key' | 'memberPrefix'>,
): CompiledFlag {
  const source = createOutcomeSource(key, memberPrefix, []);
  const malformed = createErrorOutcome(source, 'MALFORMED');
  const decide: Decide = (state) => {
    state.trace?.push({ step: 'malformed', problem });
    return malformed;
  };
  return { key, enabled: false, variations: [], source, decide, decideAnew: decide };
}

function compilePrerequisite(read: Prerequisite, { flags }: FlagScope): CompiledPrerequisite {
  const flag = flags.get(read.flag);
  const variation = flag?.variations.indexOf(read.variation) ?? -1;
  return flag === undefined || variation < 0 ? { read } : { read, required: { flag, variation } };
}

/** The other flag must be on and serve the variation for this very context. */
function isMet(prerequisite: CompiledPrerequisite, state: EvaluationState): boolean {
  const { required } = prerequisite;
  const { trace } = state;
  if (trace === undefined)
    return required?.flag.enabled === true && required.flag.decide(state).variation === required.variation;
  // Only the steps of the flag that was asked about are traced, not those of the flags it depends on.
  state.trace = undefined;
  const outcome = required?.flag.decide(state);
  state.trace = trace;
  const held = required?.flag.enabled === true && outcome?.variation === required.variation;
  trace.push({ step: 'prerequisite', prerequisite, outcome, held });
  return held;
}

/** Which key gets which outcome. A key in two targets is refused at write; in data the first target has it. */
function compileTargets(
  { targets }: ReadFlag,
  source: OutcomeSource,
  views: ViewTable,
): ((state: EvaluationState) => Outcome | undefined) | undefined {
  const outcomeByKey = new Map<string, Outcome>();
  for (const { variation, keys } of targets) {
    const outcome = createOutcome(source, { variation, reason: 'TARGET' });
    for (const key of keys) if (!outcomeByKey.has(key)) outcomeByKey.set(key, outcome);
  }
  if (outcomeByKey.size === 0) return undefined;
  const keySlot = views.slotOf(keyAttribute, 'string');
  const find = (state: EvaluationState) => {
    const contextKey = readView(state, keySlot);
    return contextKey === undefined ? undefined : outcomeByKey.get(contextKey);
  };
  const membership = views.membershipOf(keyAttribute, 'string', outcomeByKey.keys());
  if (membership === undefined) return find;
  // Nearly everybody is nobody's target.
  const { slot, members } = membership;
  return (state) => (isMember(readView(state, slot), members) ? find(state) : undefined);
}

function remembered(decide: Decide, memory: number): Decide {
  return (state) => {
    const known = state.decided[memory] === state.generation ? state.outcomes[memory] : undefined;
    if (known !== undefined) return known;
    const outcome = decide(state);
    state.decided[memory] = state.generation;
    state.outcomes[memory] = outcome;
    return outcome;
  };
}
