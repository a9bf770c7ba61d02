import { keyAttribute, targetingKeyAttribute } from './attribute-value.ts';
import { compileAudiences } from './audiences.ts';
import type { CompiledRuleset } from './compiled-ruleset.ts';
import type { ConditionScope } from './condition.ts';
import { createStatePool } from './evaluation-state.ts';
import { explainFlag } from './explain-flag.ts';
import { type CompiledFlag, compileFlag, compileMalformedFlag } from './flag.ts';
import { isJsonObject, type JsonObject, ownMember } from './json.ts';
import { operatorsByType } from './limits.ts';
import type { Reading } from './malformed.ts';
import type { AttributeType, Evaluation } from './model.ts';
import {
  clientEvaluationOf,
  clientMemberOf,
  clientTextOf,
  evaluationOf,
  flagNotFound,
  valueTextOf,
} from './outcome.ts';
import { followPrerequisites } from './prerequisites.ts';
import { isClientVisible, type ReadFlag, readFlag, rememberedReading } from './read-flag.ts';
import { readRuleset } from './read-ruleset.ts';
import { createPatternCompiler, type PatternCache, type RegexPort } from './regex.ts';
import { createViewTable } from './view.ts';

/** What compiling may be given. */
export interface CompileOptions {
  /** Without one, no `matches` condition can be judged. */
  readonly regex?: RegexPort;
  /**
   * Makes each flag ready when it is first asked for, and not all of them at once: for whoever compiles often and asks for
   * few, as a server does at each change. Answers are the same. The ruleset must not be changed from then on;
   * its flags may be those of an earlier one, which are then not read again.
   */
  readonly lazy?: boolean;
}

/**
 * Makes a ruleset ready to evaluate. All parsing, checking and choosing happens in here, once: what remains for a context
 * is a chain of closures over prepared operands, which picks one of the prepared answers.
 *
 * Throws RulesetError only when the root is no ruleset. A flag that cannot be read is `ERROR`, `MALFORMED` on its own.
 * The ruleset itself is neither kept nor changed, unless it is to be compiled lazily.
 *
 * @example compile(ruleset).evaluate('checkout', { key: 'user-1', country: 'DE' })
 */
export function compile(ruleset: unknown, options: CompileOptions = {}): CompiledRuleset {
  const root = readRuleset(ruleset);
  const views = createViewTable();
  const patterns: PatternCache = new Map();
  const createPatterns = () => createPatternCompiler(options.regex, patterns);
  const types = typesOf(root.attributes);
  const typeOf: ConditionScope['typeOf'] = (attribute) => types.get(attribute);
  const audiences = compileAudiences(root.audiences, { views, typeOf, createPatterns });

  const flagKeys = Object.freeze(Object.keys(root.flags).sort());
  const clientFlagKeys = Object.freeze(flagKeys.filter((key) => isClientVisible(root.flags[key])));
  const read = options.lazy === true ? rememberedReading : readFlag;
  const readings = new Map<string, Reading<ReadFlag>>(flagKeys.map((key) => [key, read(root.flags[key])]));
  const { order, problems, remembered } = followPrerequisites(readings);
  const flags = new Map<string, CompiledFlag>();
  for (const key of order) {
    const reading = readings.get(key);
    if (reading === undefined) continue;
    const memberPrefix = key === clientFlagKeys[0] ? '{' : ',';
    const flag =
      'problem' in reading
        ? compileMalformedFlag(reading.problem, { key, memberPrefix })
        : compileFlag(reading.value, {
            key,
            memberPrefix,
            views,
            typeOf,
            audiences,
            patterns: createPatterns(),
            flags,
            prerequisiteProblem: problems.get(key),
            memory: remembered.get(key),
            lazy: options.lazy === true,
          });
    flags.set(key, flag);
  }

  const flagsOf = (keys: readonly string[]) =>
    keys.map((key) => flags.get(key)).filter((flag) => flag !== undefined);
  const allFlags = flagsOf(flagKeys);
  const clientFlags = flagsOf(clientFlagKeys);
  const states = createStatePool({
    readers: views.readers,
    growth: { count: 0 },
    audiences: audiences.count,
    remembered: remembered.size,
  });

  // A state that is not given back, because something threw after all, is merely lost: the next evaluation makes another.
  return Object.freeze<CompiledRuleset>({
    environment: root.environment,
    version: root.version,
    flagKeys,
    clientFlagKeys,

    evaluate(flagKey, context) {
      const flag = flags.get(flagKey);
      if (flag === undefined) return flagNotFound;
      const state = states.take(context);
      const evaluation = evaluationOf(flag.decide(state));
      states.giveBack(state);
      return evaluation;
    },

    evaluateAll(context, { clientVisible = false } = {}) {
      const evaluations: Record<string, Evaluation> = Object.create(null);
      const state = states.take(context);
      if (clientVisible)
        for (const flag of clientFlags) evaluations[flag.key] = clientEvaluationOf(flag.decide(state));
      else for (const flag of allFlags) evaluations[flag.key] = evaluationOf(flag.decide(state));
      states.giveBack(state);
      return evaluations;
    },

    serializeClient(context) {
      if (clientFlags.length === 0) return '{}';
      const state = states.take(context);
      let text = '';
      for (const flag of clientFlags) text += clientMemberOf(flag.decide(state));
      states.giveBack(state);
      return `${text}}`;
    },

    clientIndexes(context) {
      const indexes = new Int16Array(clientFlags.length);
      const state = states.take(context);
      let place = 0;
      for (const flag of clientFlags) {
        indexes[place] = flag.decide(state).variation;
        place += 1;
      }
      states.giveBack(state);
      return indexes;
    },

    clientIndex(place, context) {
      const flag = clientFlags[place];
      if (flag === undefined) return -1;
      const state = states.take(context);
      const { variation } = flag.decide(state);
      states.giveBack(state);
      return variation;
    },

    clientEntry(place, context) {
      const flag = clientFlags[place];
      if (flag === undefined) return JSON.stringify(flagNotFound);
      const state = states.take(context);
      const text = clientTextOf(flag.decide(state));
      states.giveBack(state);
      return text;
    },

    valueText(place, index) {
      const flag = clientFlags[place];
      return flag === undefined ? undefined : valueTextOf(flag.source, index);
    },

    explain(flagKey, context) {
      const state = states.take(context);
      const explanation = explainFlag({ flagKey, flag: flags.get(flagKey), audiences, state });
      states.giveBack(state);
      return explanation;
    },
  });
}

function typesOf(attributes: JsonObject): ReadonlyMap<string, AttributeType | 'unknown'> {
  const types = new Map<string, AttributeType | 'unknown'>();
  for (const [name, declaration] of Object.entries(attributes)) {
    const type = isJsonObject(declaration) ? ownMember(declaration, 'type') : undefined;
    if (typeof type === 'string') types.set(name, isAttributeType(type) ? type : 'unknown');
  }
  types.delete(targetingKeyAttribute);
  types.set(keyAttribute, 'string');
  return types;
}

function isAttributeType(type: string): type is AttributeType {
  return Object.hasOwn(operatorsByType, type);
}
