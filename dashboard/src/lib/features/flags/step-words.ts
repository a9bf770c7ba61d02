import type { ExplainedRollout, ExplanationStep } from '@fauna-flags/core';
import type { Configuration } from '@fauna-flags/protocol';
import { type Servable, variationName } from './variation-words.ts';

interface StepNames {
  readonly flag: Servable;
  readonly configuration: Pick<Configuration, 'rules' | 'offVariation'>;
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
      return `${ruleName(step.rule, names)} ${step.held ? 'fits' : 'does not fit'}${rolloutWords(step.rollout, names)}`;
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

function ruleName(id: string, { configuration }: StepNames): string {
  const index = configuration.rules.findIndex((rule) => rule.id === id);
  const name = configuration.rules[index]?.name;
  if (name !== undefined) return `Rule “${name}”`;
  return index < 0 ? 'A rule' : `Rule ${index + 1}`;
}

function rolloutWords(rollout: ExplainedRollout | undefined, { flag }: StepNames): string {
  if (rollout === undefined) return '';
  const slice = rollout.slices.find(({ held }) => held);
  if (rollout.unit === undefined || slice === undefined)
    return `: the user has no ${rollout.by} to be told apart by`;
  const at = rollout.percent === undefined ? '' : `, at ${rollout.percent.toFixed(1)}% of the bar`;
  return `: “${rollout.unit}” falls into “${variationName(flag, slice.variation)}”${at}`;
}
