import {
  comparePositions,
  createScriptedBearer,
  createVirtualTime,
  openScriptedStream,
  parsePosition,
  type ScriptedRequest,
  type ScriptedStream,
} from '@fauna-flags/core/link';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Client, createClient } from './client.ts';

/*
 * A small world of faults around the real client: one history of values, two bearers behind a load balancer that follow
 * it each at its own pace, answers that are late, streams that are cut, garbled or go silent, proxies that let no stream through. Whatever happens, what the client
 * holds must be one whole version of the history, never an older one than before; and when the faults are over, the last.
 */

type Values = Readonly<Record<string, number>>;
const keys = ['a', 'b', 'c'];

class Bearer {
  version: number;
  isDown = false;
  refusesStreams = false;
  readonly streams = new Set<{ readonly stream: ScriptedStream; version: number }>();
  readonly #history: readonly Values[];

  constructor(history: readonly Values[]) {
    this.#history = history;
    this.version = history.length - 1;
  }

  /** Takes over the newest version, and tells every stream what changed for it. */
  follow(): void {
    this.version = this.#history.length - 1;
    for (const open of this.streams) {
      const [before, after] = [this.#valuesAt(open.version), this.#valuesAt(this.version)];
      const changed = Object.keys(after).filter((key) => after[key] !== before[key]);
      const removed = Object.keys(before).filter((key) => !(key in after));
      open.version = this.version;
      // As the bearer does it: who sees nothing of a change gets the next heartbeat's position.
      if (changed.length + removed.length > 0)
        open.stream.send('patch', {
          position: positionAt(this.version),
          flags: answers(after, changed),
          removed,
        });
    }
  }

  beat(): void {
    for (const { stream, version } of this.streams) stream.send('hb', { position: positionAt(version) });
  }

  loseStreams(lose: (stream: ScriptedStream) => void): void {
    for (const { stream } of this.streams) lose(stream);
    this.streams.clear();
  }

  answer({ url, headers }: ScriptedRequest): Response {
    if (this.isDown) throw new Error('unreachable');
    const position = positionAt(this.version);
    const values = this.#valuesAt(this.version);
    const flags = answers(values, Object.keys(values));
    if (url.includes('/connect/')) {
      const etag = `"${JSON.stringify(values)}"`;
      if (headers['if-none-match'] === etag) return new Response(null, { status: 304, headers: { etag } });
      return Response.json({ position, flags }, { headers: { etag } });
    }
    if (this.refusesStreams) return new Response('', { status: 502 });
    const since = parsePosition(headers['last-event-id']);
    if (since !== undefined && since.version > this.version) return new Response('', { status: 503 });
    const stream = openScriptedStream();
    this.streams.add({ stream, version: this.version });
    if (since?.version === this.version) stream.send('none', { position });
    else stream.send('put', { position, flags });
    return stream.response;
  }

  #valuesAt(version: number): Values {
    return this.#history[version] ?? {};
  }
}

const positionAt = (version: number) => `1-${version}-${version.toString(16).padStart(8, '0')}`;

const answers = (values: Values, of: readonly string[]) =>
  Object.fromEntries(
    of.map((key) => [key, { value: values[key], variation: `v${values[key]}`, reason: 'DEFAULT' }]),
  );

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('change' as const),
      key: fc.constantFrom(...keys),
      value: fc.integer({ min: 0, max: 2 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('follow', 'beat', 'cut', 'end', 'silence', 'garble'),
      bearer: fc.nat(1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('down', 'up', 'up', 'no streams', 'streams'),
      bearer: fc.nat(1),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      durationMs: fc.constantFrom(0, 300, 5_000, 30_000, 150_000),
    }),
  },
);

function createWorld(seed: number) {
  const history: Values[] = [{}, { a: 0, b: 0, c: 0 }];
  const bearers = [new Bearer(history), new Bearer(history)];
  // Half of all worlds begin behind a proxy that lets no stream through, so that polling has its share.
  for (const bearer of bearers) bearer.refusesStreams = seed % 2 === 1;
  const time = createVirtualTime();
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const travel = () =>
    new Promise<void>((resolve) => {
      // Most requests are quick; some answers come so late that much has happened since they were made.
      time.setTimer(resolve, random() < 0.7 ? 0 : random() * 5_000);
    });
  const { fetch } = createScriptedBearer(time.now, async (request) => {
    await travel();
    // A load balancer: every request may meet either bearer, and so one that is behind the last.
    const bearer = bearers[random() < 0.5 ? 0 : 1];
    if (bearer === undefined) throw new Error('No such bearer');
    const answer = bearer.answer(request);
    await travel();
    return answer;
  });
  const client = createClient({
    url: 'http://bearers',
    key: 'k',
    storage: null,
    platform: { fetch, now: time.now, setTimer: time.setTimer, random },
  });
  return { history, bearers, time, client };
}

function run(bearer: Bearer, action: string): void {
  if (action === 'follow') bearer.follow();
  if (action === 'beat') bearer.beat();
  if (action === 'cut') bearer.loseStreams((stream) => stream.cut());
  if (action === 'end') bearer.loseStreams((stream) => stream.end());
  if (action === 'silence') bearer.streams.clear();
  if (action === 'garble')
    for (const { stream } of bearer.streams) stream.write('event: patch\ndata: {"pos\n\n');
  if (action === 'down') {
    bearer.isDown = true;
    bearer.loseStreams((stream) => stream.cut());
  }
  if (action === 'up') bearer.isDown = false;
  if (action === 'no streams') bearer.refusesStreams = true;
  if (action === 'streams') bearer.refusesStreams = false;
}

/** What the client holds, compared with what the history says of the position that it names. */
function check(client: Client, history: readonly Values[], before: string | undefined): string | undefined {
  const { position } = client.status;
  const now = parsePosition(position);
  if (now === undefined) return undefined;
  const held = Object.fromEntries(
    keys.map((key) => [key, client.get<number | null>(key, null)]).filter(([, value]) => value !== null),
  );
  expect(held).toEqual(history[now.version]);
  const then = parsePosition(before);
  if (then !== undefined) expect(comparePositions(now, then)).not.toBe('older');
  return position;
}

describe('createClient() in a world of faults', () => {
  it('always holds one whole version, never an older one, and in the end the last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), fc.nat(), async (steps, seed) => {
        const { history, bearers, time, client } = createWorld(seed);
        let before: string | undefined;
        for (const action of steps) {
          if (action.do === 'change') {
            const last = history.at(-1) ?? {};
            // The highest value stands for a flag that is archived.
            const { [action.key]: _, ...others } = last;
            history.push(action.value === 2 ? others : { ...last, [action.key]: action.value });
          } else if (action.do === 'wait') await time.advance(action.durationMs);
          else {
            const bearer = bearers[action.bearer];
            if (bearer !== undefined) run(bearer, action.do);
          }
          await time.advance(0);
          before = check(client, history, before) ?? before;
        }
        for (const bearer of bearers) {
          bearer.isDown = false;
          bearer.refusesStreams = false;
          bearer.follow();
        }
        for (let second = 0; second < 120; second += 10) {
          for (const bearer of bearers) bearer.beat();
          await time.advance(10_000);
          before = check(client, history, before) ?? before;
        }
        const expected = history.at(-1) ?? {};
        expect(keys.map((key) => client.get(key, -1))).toEqual(keys.map((key) => expected[key] ?? -1));
        expect(client.status.state).toBe('live');
        client.close();
        await time.advance(10_000);
        expect(time.waiting).toBe(0);
      }),
      { numRuns: 80 },
    );
  }, 60_000);
});
