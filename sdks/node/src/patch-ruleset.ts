import { isObject } from '@fauna-flags/core/link';

type Members = Readonly<Record<string, unknown>>;

/**
 * The ruleset after a patch: whole entries replaced, named ones removed, the version of the patch. The old ruleset is
 * left as it is, since evaluations and comparisons still read it. Throws when the patch cannot be read.
 */
export function patchRuleset(ruleset: Members, patch: Members): Members {
  return {
    ...ruleset,
    version: patch.version ?? ruleset.version,
    flags: patchEntries(ruleset.flags, patch.flags, patch.removed),
    audiences: patchEntries(ruleset.audiences, patch.audiences, patch.removedAudiences),
    attributes: patchEntries(ruleset.attributes, patch.attributes, patch.removedAttributes),
  };
}

function patchEntries(entries: unknown, replaced: unknown = {}, removed: unknown = []): unknown {
  if (!isObject(replaced) || !Array.isArray(removed)) throw new TypeError('Cannot read a patch');
  // Without a prototype: an entry named `__proto__` is an entry.
  const next: Record<string, unknown> = Object.assign(Object.create(null), entries, replaced);
  for (const key of removed) delete next[String(key)];
  return next;
}
