import type { ServeInput } from '@fauna-flags/protocol';
import { describeMatch, type Vocabulary } from '../targeting/index.ts';
import { isMatch, isRecord, isServe, isTexts } from './read-json.ts';

/** One field of a resource before and after; one side is absent where the field came or went. */
export interface FieldChange {
  readonly label: string;
  readonly before?: string;
  readonly after?: string;
}

/** What every resource carries for the API's own sake, or what the entry says already. */
const untold: ReadonlySet<string> = new Set([
  'id',
  'project',
  'flag',
  'environment',
  'revision',
  'version',
  'createdAt',
  'updatedAt',
  'archivedAt',
  'salt',
]);

const labels: Readonly<Record<string, string>> = {
  enabled: 'Switch',
  offVariation: 'When off',
  defaultServe: 'Everyone else gets',
  match: 'Whoever matches',
  clientVisible: 'Visible to clients',
  confirmChanges: 'Confirm changes',
  expiresAt: 'Expires',
  last4: 'Last 4 characters',
  key: 'Key',
};

/**
 * What differs between two states of a resource, field by field and in words: conditions as sentences, rollouts in percent,
 * rules, variations and targets one by one. Made or deleted, a resource is told whole.
 */
export function diffFields(before: unknown, after: unknown, vocabulary: Vocabulary): readonly FieldChange[] {
  const old = fieldsOf(before, vocabulary);
  const now = fieldsOf(after, vocabulary);
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((label): FieldChange[] => {
    const was = old.get(label);
    const is = now.get(label);
    if (was === is) return [];
    return [
      {
        label,
        ...(was === undefined ? {} : { before: was }),
        ...(is === undefined ? {} : { after: is }),
      },
    ];
  });
}

/** The fields of a resource in words, by their labels. Empty ones are left out: that they are empty says nothing. */
function fieldsOf(resource: unknown, vocabulary: Vocabulary): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  if (!isRecord(resource)) return fields;
  for (const [name, value] of Object.entries(resource)) {
    if (untold.has(name) || value === null || value === '') continue;
    if (Array.isArray(value)) {
      for (const [label, text] of listFields(name, value, vocabulary)) fields.set(label, text);
    } else fields.set(labelOf(name), tell(name, value, vocabulary));
  }
  return fields;
}

function listFields(
  name: string,
  list: readonly unknown[],
  vocabulary: Vocabulary,
): readonly (readonly [string, string])[] {
  if (list.length === 0) return [];
  switch (name) {
    case 'rules':
      return ruleFields(list, vocabulary);
    case 'variations':
      return list.map((item, place) => [
        `Variation ${memberText(item, 'key', place)}`,
        isRecord(item) ? variationText(item) : JSON.stringify(item),
      ]);
    case 'targets':
      return list.map((item, place) => [
        `Always gets ${memberText(item, 'variation', place)}`,
        isRecord(item) && isTexts(item.keys) ? item.keys.join(', ') : JSON.stringify(item),
      ]);
    case 'prerequisites':
      return list.map((item, place) => [
        `Needs flag ${memberText(item, 'flag', place)}`,
        `to serve ${memberText(item, 'variation', place)}`,
      ]);
    default:
      return [[labelOf(name), isTexts(list) ? list.join(', ') : JSON.stringify(list)]];
  }
}

/** One field a rule, and one for their order, which decides when several hold. */
function ruleFields(
  rules: readonly unknown[],
  vocabulary: Vocabulary,
): readonly (readonly [string, string])[] {
  const names = rules.map((rule, place) => {
    const id = memberText(rule, 'id', place);
    return isRecord(rule) && typeof rule.name === 'string' ? `“${rule.name}”` : id;
  });
  const fields = rules.map((rule, place) => [`Rule ${names[place]}`, ruleText(rule, vocabulary)] as const);
  return rules.length > 1 ? [...fields, ['Order of rules', names.join(', ')]] : fields;
}

function ruleText(rule: unknown, vocabulary: Vocabulary): string {
  if (!isRecord(rule) || !isMatch(rule.match) || !isServe(rule.serve)) return JSON.stringify(rule);
  return `${describeMatch(rule.match, vocabulary)} → ${describeServe(rule.serve)}`;
}

function variationText({ name, value }: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(value);
  return typeof name === 'string' ? `${text} (${name})` : text;
}

function tell(name: string, value: unknown, vocabulary: Vocabulary): string {
  if (name === 'enabled') return value === true ? 'on' : 'off';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  if (isMatch(value)) return describeMatch(value, vocabulary);
  if (isServe(value)) return describeServe(value);
  return JSON.stringify(value);
}

/**
 * What is served, in words.
 *
 * @example describeServe({ rollout: { weights } }) // '20% on, 80% off'
 */
function describeServe(serve: ServeInput): string {
  if ('variation' in serve) return serve.variation;
  const { weights, by = 'key' } = serve.rollout;
  const slices = weights.map(({ variation, weight }) => `${weight / 1_000}% ${variation}`).join(', ');
  return by === 'key' ? slices : `${slices}, by ${by}`;
}

function memberText(item: unknown, member: string, place: number): string {
  const found = isRecord(item) ? item[member] : undefined;
  return typeof found === 'string' ? found : String(place + 1);
}

function labelOf(name: string): string {
  if (Object.hasOwn(labels, name)) return labels[name] ?? name;
  const spaced = name.replace(
    /([a-z])([A-Z0-9])/g,
    (_, left: string, right: string) => `${left} ${right.toLowerCase()}`,
  );
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
