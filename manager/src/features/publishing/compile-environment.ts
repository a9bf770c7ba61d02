import { type Context, compile, flagProblem, type Ruleset, rulesetLimits } from '@fauna-flags/core';
import { re2Regex } from '@fauna-flags/core/re2';
import { canonicalJson, Problem, type ProblemError } from '@fauna-flags/protocol';

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
 */
export function compileEnvironment(ruleset: Ruleset): Uint8Array {
  const count = Object.keys(ruleset.flags).length;
  if (count > rulesetLimits.flagsPerEnvironment) {
    throw new Problem(
      'unprocessable',
      `Cannot publish environment "${ruleset.environment}": it would hold ${count} flags, at most ${rulesetLimits.flagsPerEnvironment} are possible`,
    );
  }
  const payload = Buffer.from(canonicalJson(ruleset), 'utf8');
  if (payload.length > rulesetLimits.rulesetBytes) throw tooLarge(ruleset, payload.length);
  selfTest(ruleset, payload);
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

/** Reads the bytes back as a bearer does: what is proven is what is delivered, and not what led to it. */
function selfTest(ruleset: Ruleset, payload: Buffer): void {
  const compiled = compile(JSON.parse(payload.toString('utf8')), { regex });
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
