import { at } from '../at.ts';
import type { Engine, PeerLoader } from '../engine.ts';
import { type ReferenceFlag, type ReferenceSet, rolloutPercent } from '../reference-set.ts';

type Logic = boolean | string | { readonly [operation: string]: unknown };

/** The part of @openfeature/flagd-core that is used. */
interface FlagdModule {
  readonly FlagdCore: new (
    storage: undefined,
    logger: FlagdLogger,
  ) => {
    setConfigurations(flagConfig: string): string[];
    resolveAll(context: object): { readonly flagKey: string; readonly value: unknown }[];
  };
}

interface FlagdLogger {
  error(): void;
  warn(): void;
  info(): void;
  debug(): void;
}

const silent: FlagdLogger = { error: ignore, warn: ignore, info: ignore, debug: ignore };

/** flagd's evaluator in its default, fastest mode: JSON logic compiled to functions. */
export function flagd(set: ReferenceSet, peer: PeerLoader): Engine {
  const { FlagdCore }: FlagdModule = peer('@openfeature/flagd-core');
  const core = new FlagdCore(undefined, silent);
  core.setConfigurations(JSON.stringify(toConfiguration(set)));
  const contexts = set.users.map(({ key, ...attributes }) => ({ targetingKey: key, ...attributes }));
  const resolveAll = (userIndex: number) => core.resolveAll(at(contexts, userIndex));
  return {
    asynchronous: false,
    products: {
      objects: { run: resolveAll, read: (result) => readAnswers(result) },
      serialised: {
        run: (userIndex) => JSON.stringify(resolveAll(userIndex)),
        read: (result) => readAnswers(JSON.parse(String(result))),
      },
    },
  };
}

function readAnswers(result: unknown): Map<string, boolean> {
  const answers = result as { flagKey: string; value: unknown }[];
  return new Map(answers.map(({ flagKey, value }) => [flagKey, value === true]));
}

function toConfiguration(set: ReferenceSet) {
  return {
    $evaluators: Object.fromEntries(
      set.audiences.map(({ key, plans, ageMin }) => [
        key,
        { and: [{ in: [{ var: 'plan' }, plans] }, { '>=': [{ var: 'age' }, ageMin] }] },
      ]),
    ),
    flags: Object.fromEntries(
      set.flags.map((flag) => [
        flag.key,
        {
          state: 'ENABLED',
          variants: { on: true, off: false },
          defaultVariant: 'off',
          targeting: toTargeting(set, flag),
        },
      ]),
    ),
  };
}

function toTargeting(set: ReferenceSet, flag: ReferenceFlag): Logic {
  const branches: unknown[] = whereOn(flag).flatMap((condition) => [condition, 'on']);
  const head = set.flags.find(({ key }) => key === flag.prerequisite);
  // flagd has no prerequisites: whoever needs one repeats the other flag's conditions.
  if (head !== undefined)
    branches.unshift({ '!': [{ or: [...whereOn(head), head.otherwise === 'on'] }] }, 'off');
  return { if: [...branches, otherwise(flag)] };
}

function whereOn(flag: ReferenceFlag): Logic[] {
  const conditions: Logic[] = [
    { in: [{ var: 'country' }, flag.countries] },
    { ends_with: [{ var: 'email' }, flag.emailSuffix] },
  ];
  if (flag.targets.length > 0) conditions.unshift({ in: [{ var: 'targetingKey' }, flag.targets] });
  if (flag.audience !== undefined) conditions.push({ $ref: flag.audience });
  return conditions;
}

function otherwise(flag: ReferenceFlag): Logic {
  if (flag.otherwise !== 'rollout') return flag.otherwise;
  return {
    fractional: [
      { cat: [{ var: '$flagd.flagKey' }, { var: 'targetingKey' }] },
      ['on', rolloutPercent],
      ['off', 100 - rolloutPercent],
    ],
  };
}

function ignore(): void {}
