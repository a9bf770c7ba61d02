import { type Context, compile, flagProblem, type Ruleset, rulesetLimits } from '@fauna-flags/core';
import { re2Regex } from '@fauna-flags/core/re2';
import { canonicalJson, Problem, type ProblemError } from '@fauna-flags/protocol';
import { flagsInReach } from './flags-in-reach.ts';
import { rulesetText } from './ruleset-text.ts';

const regex = re2Regex();

/** Contexts unlike each other: nobody, somebody, and somebody whose attributes are of the wrong types. */
const sentinels: readonly Context[] = [
  {},
  { key: 'sentinel' },
  { key: '', email: 1, plan: null, groups: {}, age: '' },
];

/** How many flags a size report names. */
const reportedFlags = 5;

/**
 * Makes the bytes that bearers will evaluate out of a ruleset, and proves that they can: the limits hold, the bearers'
 * own library compiles what a bearer would read, and every flag answers for every sentinel. What fails is a 422, so that
 * nothing that cannot be served is ever committed.
 *
 * Where only the configuration of some flags differs from a ruleset that was proven before, `configured` names them: then
 * those are proven again that can tell the difference.
 */
export function compileEnvironment(ruleset: Ruleset, configured?: ReadonlySet<string>): Uint8Array {
  const count = Object.keys(ruleset.flags).length;
  if (count > rulesetLimits.flagsPerEnvironment) {
    throw new Problem(
      'unprocessable',
      `Cannot publish environment "${ruleset.environment}": it would hold ${count} flags, at most ${rulesetLimits.flagsPerEnvironment} are possible`,
    );
  }
  const text = rulesetText(ruleset);
  const payload = Buffer.from(text, 'utf8');
  if (payload.length > rulesetLimits.rulesetBytes) throw tooLarge(ruleset, payload.length);
  selfTest(ruleset, configured === undefined ? text : rulesetText(partOf(ruleset, configured)));
  return payload;
}

function tooLarge(ruleset: Ruleset, size: number): Problem {
  const errors: ProblemError[] = Object.entries({
    ...prefixed('flags', ruleset.flags),
    ...prefixed('audiences', ruleset.audiences),
  })
    .map(([path, entry]) => ({ path, bytes: Buffer.byteLength(canonicalJson(entry)) }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, reportedFlags)
    .map(({ path, bytes }) => ({ path, message: `takes ${bytes} bytes` }));
  return new Problem(
    'unprocessable',
    `Cannot publish environment "${ruleset.environment}": its ruleset would take ${size} bytes, at most ${rulesetLimits.rulesetBytes} are possible`,
    { errors },
  );
}

function prefixed<Entry>(prefix: string, entries: Readonly<Record<string, Entry>>): Record<string, Entry> {
  return Object.fromEntries(Object.entries(entries).map(([key, entry]) => [`${prefix}.${key}`, entry]));
}

/** The ruleset with no other flags than those that a change of these can be seen in. */
function partOf(ruleset: Ruleset, configured: ReadonlySet<string>): Ruleset {
  const reach = flagsInReach(ruleset, configured);
  return {
    ...ruleset,
    flags: Object.fromEntries(Object.entries(ruleset.flags).filter(([key]) => reach.has(key))),
  };
}

/** Reads the text back as a bearer does: what is proven is what is delivered, and not what led to it. */
function selfTest(ruleset: Ruleset, text: string): void {
  const compiled = compile(JSON.parse(text), { regex });
  const broken = new Set<string>();
  for (const context of sentinels) {
    for (const key of compiled.flagKeys) {
      const evaluation = compiled.evaluate(key, context);
      if (evaluation.reason === 'ERROR' && evaluation.errorCode === 'MALFORMED') broken.add(key);
    }
  }
  if (broken.size === 0) return;
  throw new Problem(
    'unprocessable',
    `Cannot publish environment "${compiled.environment}": flags would not evaluate`,
    {
      errors: [...broken].map((key) => ({
        path: `flags.${key}`,
        message: `would be MALFORMED on every bearer: ${flagProblem(ruleset.flags[key]) ?? 'its prerequisites cannot be followed'}`,
      })),
    },
  );
}
