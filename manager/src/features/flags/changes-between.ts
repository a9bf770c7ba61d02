import { isDeepStrictEqual } from 'node:util';
import type { Configuration, ConfigurationChange, NamedRule } from '@fauna-flags/protocol';

/** What of a configuration people change; where the ids of rules are left out, rules are compared by their places. */
export type ConfigurationContent = Omit<
  Configuration,
  'flag' | 'environment' | 'revision' | 'updatedAt' | 'rules'
> & { readonly rules: readonly (Omit<NamedRule, 'id'> & { readonly id?: string })[] };

/** By what the members of lists are known again, wherever in the list they are. Conditions have nothing of the sort. */
const identities = ['id', 'flag', 'variation'] as const;

/** Every place in which one configuration differs from another, from top to bottom; none where they are equal. */
export function changesBetween(
  before: ConfigurationContent,
  after: ConfigurationContent,
): readonly ConfigurationChange[] {
  const changes: ConfigurationChange[] = [];
  walk(contentOf(before), contentOf(after), '', changes);
  return changes;
}

function contentOf(configuration: ConfigurationContent): ConfigurationContent {
  const { enabled, offVariation, prerequisites, targets, rules, defaultServe } = configuration;
  return { enabled, offVariation, prerequisites, targets, rules, defaultServe };
}

function walk(before: unknown, after: unknown, path: string, changes: ConfigurationChange[]): void {
  if (isDeepStrictEqual(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after)) {
    if ([...before, ...after].every(isRecord)) walkList(before, after, path, changes);
    else changes.push({ path, ...valuesBetween(before, after) });
  } else if (isRecord(before) && isRecord(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      walk(before[name], after[name], path === '' ? name : `${path}.${name}`, changes);
    }
  } else {
    changes.push({
      path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    });
  }
}

type Member = Readonly<Record<string, unknown>>;

function walkList(
  before: readonly Member[],
  after: readonly Member[],
  path: string,
  changes: ConfigurationChange[],
): void {
  const nameOf = namingOf(before, after);
  const placesBefore = new Map(before.map((member, place) => [nameOf(member, place), place]));
  const kept: unknown[] = [];
  for (const [place, member] of after.entries()) {
    const name = nameOf(member, place);
    const placeBefore = placesBefore.get(name);
    if (placeBefore === undefined) changes.push({ path: `${path}[${place}]`, after: member });
    else {
      kept.push(name);
      walk(before[placeBefore], member, `${path}[${place}]`, changes);
    }
  }
  const keptNames = new Set(kept);
  for (const [place, member] of before.entries()) {
    if (!keptNames.has(nameOf(member, place))) changes.push({ path: `${path}[${place}]`, before: member });
  }
  const orderBefore = [...placesBefore.keys()].filter((name) => keptNames.has(name));
  if (!isDeepStrictEqual(orderBefore, kept)) changes.push({ path, before: orderBefore, after: kept });
}

/** How members are told apart: by what names them, where it names each once in both lists; else by their places. */
function namingOf(
  before: readonly Member[],
  after: readonly Member[],
): (member: Member, place: number) => unknown {
  const identity = identities.find((name) => [before, after].every((list) => isUnique(list, name)));
  return identity === undefined ? (_member, place) => place : (member) => member[identity];
}

function isUnique(list: readonly Member[], name: string): boolean {
  return (
    list.every((member) => name in member) && new Set(list.map((member) => member[name])).size === list.length
  );
}

/** Of ten thousand keys only those that have come and gone. */
function valuesBetween(
  before: readonly unknown[],
  after: readonly unknown[],
): Omit<ConfigurationChange, 'path'> {
  const [old, now] = [new Set(before), new Set(after)];
  const added = [...now].filter((value) => !old.has(value));
  const removed = [...old].filter((value) => !now.has(value));
  if (added.length + removed.length === 0) return { before, after };
  return { ...(added.length > 0 ? { added } : {}), ...(removed.length > 0 ? { removed } : {}) };
}

function isRecord(value: unknown): value is Member {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
