import { writeFrame } from '@fauna-flags/protocol';
import { memberOf } from '../member-of.ts';
import type { LiveRuleset } from '../rulesets/live-ruleset.ts';
import { sameJson } from './same-json.ts';
import { faunaDialect } from './stream-dialect.ts';
import { perRuleset, perStep } from './stream-step.ts';
import type { Opening, StreamView } from './stream-view.ts';

/** What a server stream shows: the ruleset itself. All of its frames are the same bytes for every server stream. */
export class ServerView implements StreamView {
  readonly dialect = faunaDialect;
  #live: LiveRuleset;

  constructor(live: LiveRuleset) {
    this.#live = live;
  }

  get live(): LiveRuleset {
    return this.#live;
  }

  open(opening: Opening): Uint8Array {
    if (opening === 'none') return this.#live.noneFrame;
    return opening === 'reset' ? putFrame(this.#live, true) : putOf(this.#live);
  }

  resume(to: LiveRuleset): Uint8Array {
    return this.advance(to) ?? this.open('none');
  }

  advance(to: LiveRuleset): Uint8Array | undefined {
    if (to === this.#live) return undefined;
    const from = this.#live;
    this.#live = to;
    return patchOf(from, to);
  }
}

const putOf = perRuleset((live) => putFrame(live, false));
const patchOf = perStep(patchFrame);

/** The stored bytes with the position in front of their first member. */
function putFrame(live: LiveRuleset, reset: boolean): Uint8Array {
  const stored = new TextDecoder().decode(live.payload);
  const members = stored.slice(stored.indexOf('{') + 1);
  const data = `{"position":"${live.positionText}"${reset ? ',"reset":true' : ''},${members}`;
  return new TextEncoder().encode(writeFrame({ id: live.positionText, event: 'put', data }));
}

function patchFrame(from: LiveRuleset, to: LiveRuleset): Uint8Array {
  const flags = difference(from, to, 'flags');
  const audiences = difference(from, to, 'audiences');
  const attributes = difference(from, to, 'attributes');
  const data = `{${[
    `"position":"${to.positionText}"`,
    `"version":${to.compiled.version}`,
    `"flags":${flags.replaced}`,
    `"audiences":${audiences.replaced}`,
    `"attributes":${attributes.replaced}`,
    `"removed":${flags.removed}`,
    `"removedAudiences":${audiences.removed}`,
    `"removedAttributes":${attributes.removed}`,
  ].join(',')}}`;
  return new TextEncoder().encode(writeFrame({ id: to.positionText, event: 'patch', data }));
}

/** Whole entries that are new or other than they were, and the keys of those that are gone, as JSON text. */
function difference(
  from: LiveRuleset,
  to: LiveRuleset,
  section: 'flags' | 'audiences' | 'attributes',
): { readonly replaced: string; readonly removed: string } {
  const before = memberOf(from.ruleset, section);
  const after = memberOf(to.ruleset, section);
  const replaced = Object.entries(after ?? {})
    .filter(([key, entry]) => !sameJson(entry, memberOf(before, key)))
    .map(([key, entry]) => `${JSON.stringify(key)}:${JSON.stringify(entry)}`);
  const removed = Object.keys(before ?? {}).filter((key) => memberOf(after, key) === undefined);
  return { replaced: `{${replaced.join(',')}}`, removed: JSON.stringify(removed) };
}
