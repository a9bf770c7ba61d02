import { isDeepStrictEqual } from 'node:util';
import {
  type Configuration,
  flagConfigurationSchema,
  type NamedRule,
  type PutConfiguration,
  type RuleInput,
} from '@fauna-flags/protocol';
import { type Actor, type IfMatch, requireConfirm, requireRevision } from '../../platform/http/index.ts';
import { type WriteDeps, writeEnvironment } from '../publishing/index.ts';
import { checkConfiguration, loadProjectModel } from '../targeting/index.ts';
import { findFlagConfiguration, toConfiguration } from './configuration.ts';
import { saveConfiguration } from './save-configuration.ts';

/** Which configuration is changed, by whom, and which revision of it they saw. */
export interface ConfigurationChange {
  readonly actor: Actor;
  readonly project: string;
  readonly flag: string;
  readonly environment: string;
  readonly confirm: string | undefined;
}

/** 48 bits: unique among the hundred rules of a flag. */
const ruleIdBytes = 6;

/** Replaces a flag's configuration in one environment; `enabled` stays as it is when the input leaves it out. */
export function putConfiguration(
  deps: WriteDeps,
  change: ConfigurationChange & { readonly ifMatch: IfMatch },
  input: PutConfiguration,
): Promise<Configuration> {
  return writeEnvironment(deps, change, async (unit) => {
    const { tx, project, environment } = unit;
    const { flag, row } = await findFlagConfiguration(tx, unit, change.flag);
    const before = toConfiguration(row, change);
    const what = `configure flag "${flag.key}" in environment "${environment.key}"`;
    requireRevision(change.ifMatch, what, before);
    requireConfirm(change.confirm, what, [environment]);
    const model = await loadProjectModel(tx, project.id);
    checkConfiguration(input, {
      flag: { ...flag, archived: flag.archivedAt !== null },
      environment: environment.key,
      model,
    });
    const columns = toColumns(deps, input, row.enabled);
    if (isDeepStrictEqual({ ...before, ...columns }, before)) return before;
    return saveConfiguration(unit, { action: 'configuration.update', flag, row, columns });
  });
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
