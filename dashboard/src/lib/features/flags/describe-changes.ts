import type { PutConfiguration, RuleInput } from '@fauna-flags/protocol';
import { describeMatch } from '../targeting/describe-match.ts';
import { sameMatch } from '../targeting/draft.ts';
import { describeServe, describeWho, type FlagVocabulary, listOf, quoted } from './describe-serve.ts';

/** More keys than this are counted and not named. */
const keysShownMax = 3;

/**
 * What saving would change, in sentences for people: shown beside the button before anything is done. Empty when nothing
 * would change.
 */
export function describeChanges(
  before: PutConfiguration,
  after: PutConfiguration,
  words: FlagVocabulary,
): readonly string[] {
  const who = [describeWho(before, words), describeWho(after, words)] as const;
  const simple = isSimple(before) && isSimple(after);
  return [
    ...(simple
      ? who[0] === who[1]
        ? []
        : [`${who[1]} (until now: ${lower(who[0])})`]
      : [
          ...prerequisiteChanges(before, after),
          ...targetChanges(before, after, words),
          ...ruleChanges(before.rules, after.rules, words),
          ...defaultChange(before, after, words),
        ]),
    ...(before.offVariation === after.offVariation
      ? []
      : [
          `Switched off, it serves ${quoted(after.offVariation, words)} (until now ${quoted(before.offVariation, words)})`,
        ]),
  ];
}

function isSimple({ rules, targets, prerequisites }: PutConfiguration): boolean {
  const plain = rules.every(({ match }) => match.conditions.every((condition) => 'audiences' in condition));
  return rules.length < 2 && plain && targets.length === 0 && prerequisites.length === 0;
}

function prerequisiteChanges(
  { prerequisites: before }: PutConfiguration,
  { prerequisites: after }: PutConfiguration,
): readonly string[] {
  const need = ({ flag, variation }: PutConfiguration['prerequisites'][number]) =>
    `${flag} to serve “${variation}”`;
  const [old, now] = [before.map(need), after.map(need)];
  return [
    ...now.filter((text) => !old.includes(text)).map((text) => `It now needs ${text}`),
    ...old.filter((text) => !now.includes(text)).map((text) => `It no longer needs ${text}`),
  ];
}

function targetChanges(
  { targets: before }: PutConfiguration,
  { targets: after }: PutConfiguration,
  words: FlagVocabulary,
): readonly string[] {
  const variations = [...new Set([...before, ...after].map(({ variation }) => variation))];
  return variations.flatMap((variation) => {
    const [old, now] = [keysOf(before, variation), keysOf(after, variation)];
    const added = [...now].filter((key) => !old.has(key));
    const removed = [...old].filter((key) => !now.has(key));
    return [
      ...(added.length > 0
        ? [`${keyList(added)} always ${verb(added, 'get')} ${quoted(variation, words)}`]
        : []),
      ...(removed.length > 0
        ? [`${keyList(removed)} no longer ${verb(removed, 'get')} ${quoted(variation, words)} individually`]
        : []),
    ];
  });
}

function keysOf(targets: PutConfiguration['targets'], variation: string): ReadonlySet<string> {
  return new Set(targets.filter((target) => target.variation === variation).flatMap(({ keys }) => keys));
}

function keyList(keys: readonly string[]): string {
  return keys.length > keysShownMax
    ? `${keys.slice(0, keysShownMax).join(', ')} and ${keys.length - keysShownMax} more`
    : listOf(keys);
}

function verb(keys: readonly string[], plural: string): string {
  return keys.length === 1 ? `${plural}s` : plural;
}

function ruleChanges(
  before: readonly RuleInput[],
  after: readonly RuleInput[],
  words: FlagVocabulary,
): readonly string[] {
  const old = new Map(before.flatMap((rule) => (rule.id === undefined ? [] : [[rule.id, rule] as const])));
  const kept = new Set(after.flatMap(({ id }) => (id === undefined ? [] : [id])));
  const changes = after.flatMap((rule, index) => {
    const was = rule.id === undefined ? undefined : old.get(rule.id);
    const title = ruleTitle(rule, index);
    if (was === undefined) {
      return [
        `New ${lower(title)}: whoever fits ${describeMatch(rule.match, words)} gets ${describeServe(rule.serve, words)}`,
      ];
    }
    return [
      ...(sameMatch(was.match, rule.match) ? [] : [`${title} now asks: ${describeMatch(rule.match, words)}`]),
      ...serveChange(`${title} serves`, was.serve, rule.serve, words),
      ...((was.name ?? '') === (rule.name ?? '') ? [] : [`Rule ${index + 1} is called ${name(rule.name)}`]),
    ];
  });
  const removed = before.flatMap((rule, index) =>
    rule.id !== undefined && !kept.has(rule.id) ? [`${ruleTitle(rule, index)} is removed`] : [],
  );
  return [...changes, ...removed, ...orderChange(before, after)];
}

/** Told only of rules that were there and still are. */
function orderChange(before: readonly RuleInput[], after: readonly RuleInput[]): readonly string[] {
  const ids = (rules: readonly RuleInput[], others: readonly RuleInput[]) =>
    rules.map(({ id }) => id).filter((id) => others.some((other) => other.id === id));
  if (ids(before, after).join() === ids(after, before).join()) return [];
  return [
    `Rules are asked in this order: ${listOf(after.map((rule, index) => name(rule.name ?? `rule ${index + 1}`)))}`,
  ];
}

function defaultChange(
  before: PutConfiguration,
  after: PutConfiguration,
  words: FlagVocabulary,
): readonly string[] {
  return serveChange('Everyone else gets', before.defaultServe, after.defaultServe, words);
}

function serveChange(
  begin: string,
  before: PutConfiguration['defaultServe'],
  after: PutConfiguration['defaultServe'],
  words: FlagVocabulary,
): readonly string[] {
  const [old, now] = [describeServe(before, words), describeServe(after, words)];
  return old === now ? [] : [`${begin} ${now} (until now ${old})`];
}

function ruleTitle({ name: called }: RuleInput, index: number): string {
  return called ? `Rule ${index + 1} ${name(called)}` : `Rule ${index + 1}`;
}

function name(called: string | null | undefined): string {
  return `“${called ?? ''}”`;
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
