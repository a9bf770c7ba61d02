import { nodeCrypto } from '@fauna-flags/bearer/node';
import { all, attribute, flag, notInAudience, split } from '@fauna-flags/core/testing';
import { bearerWorld } from '../../bearer/src/testing/bearer-world.ts';
import { environmentId, snapshotOf } from '../../bearer/src/testing/documents.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { storyRuleset } from '../support/story.ts';
import { poison } from './poison-ruleset.ts';

/** What became of the bearer that was fed with poison. */
export interface PoisonResults {
  readonly fed: number;
  /** Snapshots that were applied, and those that were refused as a whole. */
  readonly applied: number;
  readonly refused: number;
  /** What must not happen: an answer that is no 200, a flag that was not poisoned and is served otherwise than before. */
  readonly failures: readonly string[];
}

const students = { key: 'user-1', state: 'Oregon', student: true, version: '1.2.3', born: '2001-02-03' };
const failuresMax = 20;

/** The flag that is poisoned: every part of the language is in it, so that every part is spoiled. */
const victim = flag('victim')
  .on()
  .prerequisite('plain')
  .target('on', 'user-7', 'user-8')
  .rule('a', all(attribute('state', 'matches', ['^Ore', 'gon$']), notInAudience('west-coast-students')))
  .rule('b', attribute('version', 'gte', ['1.0.0']), split('on', 'off', 30, 'state'))
  .rule('c', attribute('born', 'before', ['2020-01-01'], { negate: true }), 'on')
  .weights({ on: 40_000, off: 60_000 });

/**
 * Feeds a bearer with spoiled rulesets through its whole way of applying: source, hash, form, compiling, self-test, streams.
 * After each, an application asks for all its flags.
 */
export async function runPoison({
  count,
  seed,
  onProgress = () => {},
}: {
  readonly count: number;
  readonly seed: number;
  readonly onProgress?: (fed: number) => void;
}): Promise<PoisonResults> {
  const good = storyRuleset({ version: 1, flags: [victim] });
  const world = await bearerWorld({ ruleset: good });
  const random = new SeededRandom(seed);
  const stream = await world.streamClient(students);
  const untouched = async () => {
    const response = await world.post('/connect/client', { context: students });
    if (response.status !== 200) return `${response.status} ${await response.text()}`;
    const { flags } = (await response.json()) as { readonly flags: Record<string, unknown> };
    const { victim: _, ...others } = flags;
    return JSON.stringify(others);
  };
  const expected = await untouched();
  const failures: string[] = [];
  let applied = 0;
  let refused = 0;
  /** Whatever reached everything is followed by the good ruleset, so that there is something to compare with again. */
  let version = 1;
  const publish = async (payload: Uint8Array) => {
    version += 1;
    world.shelf.put(environmentId, {
      epoch: 1_700_000_000,
      version,
      hash: nodeCrypto.sha256Hex(payload),
      payload,
    });
    await turn();
    return world.bearer.status().environments[0]?.position?.split('-')[1] === String(version);
  };
  for (let fed = 1; fed <= count && failures.length < failuresMax; fed += 1) {
    const { payload, reach } = poison(good, 'victim', random);
    try {
      const isApplied = await publish(payload);
      if (isApplied) applied += 1;
      else refused += 1;
      const now = await untouched();
      if (now.startsWith('5') || ((reach === 'flag' || !isApplied) && now !== expected))
        failures.push(`number ${fed}: ${now} after ${new TextDecoder().decode(payload).slice(0, 500)}`);
      if (reach === 'whole' && isApplied) await publish(snapshotOf(good).payload);
    } catch (error) {
      failures.push(`number ${fed}: threw ${String(error)}`);
    }
    world.log.lines.length = 0;
    while (stream.waiting.length > 0) await stream.next();
    if (fed % 1_000 === 0) onProgress(fed);
  }
  await publish(snapshotOf(good).payload);
  while (stream.waiting.length > 0) await stream.next();
  await publish(
    snapshotOf(storyRuleset({ version: 1, flags: [flag('victim').on().variations({ last: 'last' })] }))
      .payload,
  );
  // The stream that was open all along still says what changes.
  const last = stream.waiting.at(-1)?.data as { readonly flags?: Record<string, unknown> } | undefined;
  if (last?.flags?.victim === undefined) failures.push(`the stream says ${JSON.stringify(last)} at the end`);
  await stream.leave();
  await world.bearer.close();
  return { fed: applied + refused, applied, refused, failures };
}

/** All that applying does is in promises and one turn of the loop, so this is enough, and a fifth of what is usual. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
