import type { Ruleset } from '@fauna-flags/core';
import { canonicalJson } from '@fauna-flags/protocol';

/**
 * The canonical JSON of a ruleset, as `canonicalJson()` writes it. The texts of flags, audiences and attributes are
 * remembered for as long as their objects live: rulesets are immutable, and the next one is made of the same entries but
 * for what was changed.
 */
export function rulesetText({ attributes, audiences, environment, flags, schema, version }: Ruleset): string {
  const members = Object.keys(flags)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${entryText(flags[key])}`);
  return (
    `{"attributes":${entryText(attributes)},"audiences":${entryText(audiences)},"environment":${JSON.stringify(environment)},` +
    `"flags":{${members.join(',')}},"schema":${schema},"version":${version}}`
  );
}

const texts = new WeakMap<object, string>();

/** The canonical JSON of one of a ruleset's entries, remembered with it; `null` for one that is not there. */
export function entryText(entry: object | undefined): string {
  if (entry === undefined) return 'null';
  const known = texts.get(entry);
  if (known !== undefined) return known;
  const text = canonicalJson(entry);
  texts.set(entry, text);
  return text;
}
