import { isDeepStrictEqual } from 'node:util';
import {
  type Configuration,
  type ConfigurationSource,
  flagConfigurationSchema,
  type NamedRule,
  type PutConfiguration,
  type RuleInput,
} from '@fauna-flags/protocol';
import type { EnvironmentUnit, WriteDeps } from '../publishing/index.ts';
import { checkConfiguration, loadProjectModel } from '../targeting/index.ts';
import { type ConfigurationRow, toConfiguration } from './configuration.ts';
import type { FlagRow } from './flag.ts';
import { type ConfigurationAction, saveConfiguration } from './save-configuration.ts';

/** 48 bits: unique among the hundred rules of a flag. */
const ruleIdBytes = 6;

/** What a configuration becomes, and how that is told. */
export interface Replacement {
  /** What could not be done, should it be refused. */
  readonly what: string;
  readonly action: ConfigurationAction;
  readonly flag: FlagRow;
  /** The configuration as it is. */
  readonly row: ConfigurationRow;
  /** The configuration as it is to be; `enabled` as it is when absent. */
  readonly input: PutConfiguration;
  readonly source?: ConfigurationSource;
}

/** Judges a whole configuration, and keeps it where it differs from what is there; answers what is there then. */
export async function replaceConfiguration(
  deps: Pick<WriteDeps, 'randomBytes'>,
  unit: EnvironmentUnit,
  { what, action, flag, row, input, source }: Replacement,
): Promise<Configuration> {
  const { tx, project, environment } = unit;
  const before = toConfiguration(row, { flag: flag.key, environment: environment.key });
  const model = await loadProjectModel(tx, project.id);
  checkConfiguration(input, {
    what,
    flag: { ...flag, archived: flag.archivedAt !== null },
    environment: environment.key,
    model,
  });
  const columns = toColumns(deps, input, row.enabled);
  if (isDeepStrictEqual({ ...before, ...columns }, before)) return before;
  return saveConfiguration(unit, { action, flag, row, columns, source });
}

/** A configuration that is there already as one that is to be; whether it is on only where that is included. */
export function inputOf(
  { enabled, offVariation, prerequisites, targets, rules, defaultServe }: Configuration,
  { includeEnabled }: { readonly includeEnabled: boolean },
): PutConfiguration {
  return {
    ...(includeEnabled ? { enabled } : {}),
    ...structuredClone({ offVariation, prerequisites, targets, rules, defaultServe } as Pick<
      PutConfiguration,
      'offVariation' | 'prerequisites' | 'targets' | 'rules' | 'defaultServe'
    >),
  };
}

/** What was judged becomes what is kept: rules get ids, and the ruleset's own schema proves the rest. */
function toColumns(deps: Pick<WriteDeps, 'randomBytes'>, input: PutConfiguration, enabled: boolean) {
  const rules = input.rules.map((rule) => ({
    ...rule,
    id: rule.id ?? Buffer.from(deps.randomBytes(ruleIdBytes)).toString('hex'),
  }));
  const parsed = flagConfigurationSchema.parse({ ...input, rules, enabled: input.enabled ?? enabled });
  return { ...parsed, rules: parsed.rules.map((rule, index) => named(rule, input.rules[index])) };
}

function named(rule: Omit<NamedRule, 'name'>, input: RuleInput | undefined): NamedRule {
  const name = input?.name;
  return name === undefined || name === null ? rule : { ...rule, name };
}
