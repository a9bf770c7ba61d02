import type { ExplainedRollout, ExplanationStep } from '@fauna-flags/core';
import { audiencesOf, type Configuration } from '@fauna-flags/protocol';
import { audienceName, type KnownAudience } from '../targeting/vocabulary.ts';
import { listOf } from './describe-serve.ts';
import { type Servable, variationName } from './variation-words.ts';

interface StepNames {
  readonly flag: Servable;
  readonly configuration: Pick<Configuration, 'rules' | 'offVariation'>;
  readonly audiences: readonly KnownAudience[];
}

/** One decision of an evaluation as a sentence. */
export function stepWords(step: ExplanationStep, names: StepNames): string {
  switch (step.step) {
    case 'error':
      return step.problem;
    case 'off':
      return step.held
        ? `The flag is off: everyone gets “${variationName(names.flag, names.configuration.offVariation)}”`
        : 'The flag is on';
    case 'prerequisite':
      return prerequisiteWords(step);
    case 'target':
      return step.held ? `“${step.key ?? ''}” is listed individually` : 'Not listed individually';
    case 'rule':
      return `${ruleWords(step, names)}${rolloutWords(step.rollout, names)}`;
    case 'default':
      return `Nothing else decided: what everyone else gets${rolloutWords(step.rollout, names)}`;
  }
}

function prerequisiteWords(step: Extract<ExplanationStep, { step: 'prerequisite' }>): string {
  const { flag, variation, held, enabled, problem } = step;
  if (held) return `${flag} serves “${variation}”, as it must`;
  if (problem !== undefined) return problem;
  return enabled === false
    ? `${flag} is off, but must serve “${variation}”`
    : `${flag} must serve “${variation}”, and does not`;
}

/** A rule by its name; one without a name that only asks for audiences by those, and any other by its place. */
function ruleWords(
  { rule: id, held }: Extract<ExplanationStep, { step: 'rule' }>,
  { configuration, audiences }: StepNames,
): string {
  const index = configuration.rules.findIndex((rule) => rule.id === id);
  const rule = configuration.rules[index];
  const fits = held ? 'fits' : 'does not fit';
  if (rule === undefined) return `A rule ${fits}`;
  if (rule.name !== undefined) return `Rule “${rule.name}” ${fits}`;
  const asked = audiencesOf(rule.match);
  if (asked === undefined) return `Rule ${index + 1} ${fits}`;
  const names = listOf(
    asked.map((key) => audienceName(key, audiences)),
    'or',
  );
  return `${held ? 'Is' : 'Is not'} in ${names}`;
}

function rolloutWords(rollout: ExplainedRollout | undefined, { flag }: StepNames): string {
  if (rollout === undefined) return '';
  const slice = rollout.slices.find(({ held }) => held);
  if (rollout.unit === undefined || slice === undefined)
    return `: the user has no ${rollout.by} to be told apart by`;
  const at = rollout.percent === undefined ? '' : `, at ${rollout.percent.toFixed(1)}% of the bar`;
  return `: “${rollout.unit}” falls into “${variationName(flag, slice.variation)}”${at}`;
}
