import type { AuditEntry } from '@fauna-flags/protocol';
import { aRole } from './a-role.ts';
import { isRecord, textIn } from './read-json.ts';

/** A piece of the sentence that tells an entry; `key` is what the thing is called in code. */
export type EntryPhrase =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'actor'; readonly text: string }
  | { readonly kind: 'thing'; readonly text: string; readonly entity: AuditEntry['entity'] }
  | { readonly kind: 'environment'; readonly text: string };

/** What flags are called now: entries about their configurations only hold their keys. */
export type FlagNames = ReadonlyMap<string, string>;

/**
 * An entry of the audit trail as a sentence.
 *
 * @example describeEntry(entry, names) // 'ada@example.org switched Google Pay on in production'
 */
export function describeEntry(entry: AuditEntry, names: FlagNames): string {
  return entryPhrases(entry, names)
    .map(({ text }) => text)
    .join('');
}

/** The same sentence in pieces; joined without anything between them they are `describeEntry`. */
export function entryPhrases(entry: AuditEntry, names: FlagNames): readonly EntryPhrase[] {
  const { before, after } = entry;
  const thing: EntryPhrase = { kind: 'thing', text: thingName(entry, names), entity: entry.entity };
  const told = (...pieces: readonly (string | EntryPhrase)[]): readonly EntryPhrase[] => [
    { kind: 'actor', text: actorName(entry.actor) },
    ...[' ', ...pieces].map((piece) =>
      typeof piece === 'string' ? ({ kind: 'word', text: piece } as const) : piece,
    ),
    ...placeOf(entry),
  ];
  switch (entry.action) {
    case 'configuration.toggle':
      return told('switched ', thing, isOn(after) ? ' on' : ' off');
    case 'configuration.update':
      if (isOn(before) === isOn(after)) return told('changed who gets ', thing);
      return told('changed who gets ', thing, ' and switched it ', isOn(after) ? 'on' : 'off');
    case 'sdk-key.create':
    case 'sdk-key.rotate':
    case 'sdk-key.revoke':
      return told(`${verbOf(entry.action)} the ${textIn(after ?? before, 'kind') ?? 'SDK'} key `, thing);
    case 'member.create':
    case 'member.update':
      return told('made ', thing, ` ${aRole(after)} of the project`);
    case 'member.delete':
      return told('took ', thing, ' out of the project');
    case 'invitation.create':
      return told('invited ', thing, ` as ${aRole(after)}`);
    case 'invitation.delete':
      return told('took back the invitation of ', thing);
    case 'invitation.accept':
      return told('accepted the invitation of ', thing);
    default:
      return told(...plainDeed(entry, thing));
  }
}

/** Deeds that are told alike whatever they are done to. */
function plainDeed(
  { action, entity, before, after }: AuditEntry,
  thing: EntryPhrase,
): readonly (string | EntryPhrase)[] {
  const verb = verbOf(action);
  // A deed of a later release is told by its name rather than not at all.
  if (verb === undefined) return [`did “${action}” to the ${kindName(entity.kind)} `, thing];
  const oldName = textIn(before, 'name');
  const newName = textIn(after, 'name');
  if (verb === 'changed' && oldName !== newName && newName !== undefined) {
    return [`renamed the ${kindName(entity.kind)} `, oldName ?? entity.key, ' to ', thing];
  }
  return [`${verb} the ${kindName(entity.kind)} `, thing];
}

const verbs: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'changed',
  delete: 'deleted',
  archive: 'archived',
  restore: 'restored',
  rotate: 'rotated',
  revoke: 'revoked',
};

function verbOf(action: string): string | undefined {
  const verb = action.slice(action.lastIndexOf('.') + 1);
  return Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
}

/** A kind of thing as sentences call it. */
function kindName(kind: string): string {
  return kind === 'sdk-key' ? 'SDK key' : kind.replaceAll('-', ' ');
}

/** Who did it: people by their e-mail address, and what is no person in words. */
export function actorName(actor: string): string {
  if (actor === 'admin-token') return 'The admin token';
  return actor === 'first-boot' ? 'The first start' : actor;
}

function thingName({ entity, before, after }: AuditEntry, names: FlagNames): string {
  // The key of an invitation is no name that anybody knows.
  if (entity.kind === 'invitation') return textIn(after ?? before, 'email') ?? 'whoever has the link';
  const own = textIn(after, 'name') ?? textIn(before, 'name');
  return own ?? (entity.kind === 'flag' ? names.get(entity.key) : undefined) ?? entity.key;
}

function placeOf({ environment, entity }: AuditEntry): readonly EntryPhrase[] {
  if (environment === null || entity.kind === 'environment') return [];
  return [
    { kind: 'word', text: ' in ' },
    { kind: 'environment', text: environment },
  ];
}

function isOn(configuration: unknown): boolean {
  return isRecord(configuration) && configuration.enabled === true;
}
