import {
  type FlagConfiguration,
  findPrerequisiteCycle,
  prerequisiteDepths,
  rulesetLimits,
} from '@fauna-flags/core';
import type { PutConfiguration } from '@fauna-flags/protocol';
import { type Findings, findings } from '../../platform/http/index.ts';
import { checkMatch } from './check-match.ts';
import { checkServe, checkVariation, type ServeScope } from './check-serve.ts';
import { oneOf } from './one-of.ts';
import type { ModelFlag, ProjectModel } from './project-model.ts';

/** Refuses, with a 422 that lists everything, a configuration that cannot be. `what` says what could not be done. */
export function checkConfiguration(
  input: PutConfiguration,
  {
    what,
    flag,
    environment,
    model,
  }: { what: string; flag: ModelFlag; environment: string; model: ProjectModel },
): void {
  const found = findings();
  const scope: ServeScope = {
    variations: new Set(flag.variations.map(({ key }) => key)),
    vocabulary: model,
    found,
  };
  checkVariation(input.offVariation, 'offVariation', scope);
  checkServe(input.defaultServe, 'defaultServe', scope);
  checkTargets(input.targets, scope);
  checkRules(input.rules, scope);
  checkPrerequisites(input.prerequisites, { flag, environment, model, found });
  found.throwIfAny(what);
}

function checkTargets(targets: PutConfiguration['targets'], scope: ServeScope): void {
  const { found } = scope;
  const targetOfKey = new Map<string, number>();
  for (const [index, { variation, keys }] of targets.entries()) {
    checkVariation(variation, `targets[${index}].variation`, scope);
    if (keys.length > rulesetLimits.valuesPerCondition) {
      found.add(
        `targets[${index}].keys`,
        `must hold at most ${rulesetLimits.valuesPerCondition} keys: it holds ${keys.length}`,
      );
    }
    for (const [place, key] of keys.entries()) {
      const other = targetOfKey.get(key);
      if (other === undefined) targetOfKey.set(key, index);
      else if (other !== index) {
        found.add(
          `targets[${index}].keys[${place}]`,
          `is in targets[${other}] already: ${JSON.stringify(key)} can be in one only`,
        );
      }
    }
  }
}

function checkRules(rules: PutConfiguration['rules'], scope: ServeScope): void {
  const { found, vocabulary } = scope;
  if (rules.length > rulesetLimits.rulesPerFlag) {
    found.add('rules', `must be at most ${rulesetLimits.rulesPerFlag}: there are ${rules.length}`);
    return;
  }
  const ids = new Set<string>();
  const patterns = { count: 0 };
  for (const [index, { id, match, serve }] of rules.entries()) {
    if (id !== undefined && ids.has(id))
      found.add(`rules[${index}].id`, `must be unique in the flag: "${id}" is there twice`);
    if (id !== undefined) ids.add(id);
    checkMatch(match, `rules[${index}].match`, { vocabulary, found, patterns });
    checkServe(serve, `rules[${index}].serve`, scope);
  }
}

function checkPrerequisites(
  prerequisites: PutConfiguration['prerequisites'],
  {
    flag,
    environment,
    model,
    found,
  }: { flag: ModelFlag; environment: string; model: ProjectModel; found: Findings },
): void {
  const seen = new Set<string>();
  for (const [index, prerequisite] of prerequisites.entries()) {
    const path = `prerequisites[${index}]`;
    if (seen.has(prerequisite.flag)) {
      found.add(`${path}.flag`, `must be unique in the flag: "${prerequisite.flag}" is a prerequisite twice`);
    }
    seen.add(prerequisite.flag);
    const other = model.flags.get(prerequisite.flag);
    if (other === undefined) {
      const others = [...model.flags.values()].filter(({ key, archived }) => key !== flag.key && !archived);
      found.add(
        `${path}.flag`,
        `names no flag of the project: "${prerequisite.flag}"; it could be ${oneOf(others.map(({ key }) => key))}`,
      );
    } else if (other.archived) {
      found.add(`${path}.flag`, `must not be archived: "${prerequisite.flag}" is, restore it first`);
    } else if (!other.variations.some(({ key }) => key === prerequisite.variation)) {
      found.add(
        `${path}.variation`,
        `names no variation of flag "${other.key}": "${prerequisite.variation}"; it could be ${oneOf(other.variations.map(({ key }) => key))}`,
      );
    }
  }
  const configured = new Map<string, Pick<FlagConfiguration, 'prerequisites'>>(
    model.configurations
      .filter((other) => other.environment === environment)
      .map(({ flag: key, configuration }) => [key, configuration]),
  ).set(flag.key, { prerequisites });
  const cycle = findPrerequisiteCycle(configured, flag.key);
  if (cycle !== undefined) {
    const index = prerequisites.findIndex((prerequisite) => prerequisite.flag === cycle[1]);
    found.add(
      index < 0 ? 'prerequisites' : `prerequisites[${index}].flag`,
      `must not lead back to the flag itself: ${cycle.join(' → ')}`,
    );
  } else if (Math.max(...prerequisiteDepths(configured).values()) > rulesetLimits.prerequisiteDepth) {
    found.add('prerequisites', `must not lead over ${rulesetLimits.prerequisiteDepth} flags deep`);
  }
}
