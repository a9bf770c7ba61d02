import { attribute, flag, ruleset } from '@fauna-flags/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BearerWorld, bearerWorld } from './testing/bearer-world.ts';
import { clientKey, serverKey } from './testing/documents.ts';

const flags = ruleset(
  flag('text')
    .on()
    .rule('r1', attribute('state', 'startsWith', ['W']))
    .serve('off'),
  flag('number')
    .on()
    .rule('r1', attribute('age', 'gt', [18]))
    .serve('off'),
  flag('list')
    .on()
    .rule('r1', attribute('tags', 'containsAll', ['a']))
    .serve('off'),
  flag('when')
    .on()
    .rule('r1', attribute('since', 'before', ['2024-02-30']))
    .serve('off'),
  flag('version')
    .on()
    .rule('r1', attribute('app', 'gte', ['1.2']))
    .serve('off'),
  flag('regex')
    .on()
    .rule('r1', attribute('state', 'matches', ['^(a+)+$']))
    .serve('off'),
  flag('split').on().rollout(50, 'state'),
  flag('constructor').on(),
  { attributes: { state: 'string', age: 'number', tags: 'list', since: 'date', app: 'semver' } },
);

const paths = [
  '/connect/client',
  '/stream/client',
  '/usage',
  '/ofrep/v1/evaluate/flags',
  '/ofrep/v1/evaluate/flags/constructor',
  '/ofrep/v1/evaluate/flags/split',
];

async function statusOf(world: BearerWorld, path: string, body: string, key = clientKey): Promise<number> {
  const response = await world.post(path, body, { authorization: key });
  if (response.headers.get('content-type') === 'text/event-stream') await response.body?.cancel();
  else await response.text();
  return response.status;
}

/** Values where a program that trusts its input breaks. */
const odd: readonly string[] = [
  'null',
  'true',
  '-0',
  '1e308',
  '-1e-324',
  '9007199254740993',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"\\r\\nid: 9-9-00000000\\nevent: put\\ndata: {}\\n\\n"',
  '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"',
  '[]',
  '[null,1,"a",[],{}]',
  '{}',
  '{"__proto__":{"state":"W"}}',
  '{"toString":1,"valueOf":null,"toJSON":5}',
];

const names = [
  'key',
  'targetingKey',
  'state',
  'age',
  'tags',
  'since',
  'app',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toJSON',
  '',
  'length',
];

describe('one odd request', () => {
  it('is answered and changes nothing for the next, whatever stands in its context (S-15)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const before = await (
      await world.post('/connect/client', { context: { key: 'u1', state: 'WA' } })
    ).text();
    for (const name of names)
      for (const value of odd) {
        const body = `{"context":{${JSON.stringify(name)}:${value}}}`;
        for (const path of paths) {
          const status = await statusOf(world, path, body);
          expect([path, body, status < 500]).toEqual([path, body, true]);
        }
      }
    const after = await (await world.post('/connect/client', { context: { key: 'u1', state: 'WA' } })).text();
    expect(after).toBe(before);
    expect(world.log.lines).toEqual([]);
    expect(world.bearer.status().streams).toBe(0);
  });

  it('never gets a 5xx for any JSON or any text as its body', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const body = fc.oneof(
      fc.json({ maxDepth: 6 }),
      fc.jsonValue({ maxDepth: 6 }).map((context) => JSON.stringify({ context })),
      fc
        .dictionary(fc.constantFrom(...names), fc.jsonValue())
        .map((context) => JSON.stringify({ context, handle: true })),
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constant('[').map((open) => open.repeat(30_000)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        body,
        fc.constantFrom(clientKey, serverKey),
        async (path, text, key) => {
          expect(await statusOf(world, path, text, key)).toBeLessThan(500);
        },
      ),
      { numRuns: 400 },
    );
    expect(world.log.lines).toEqual([]);
  });

  it('never gets a 5xx for any path, query or header', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const header = fc.string({ unit: fc.constantFrom(...'abc"\'%,;=W/*-0. ~'), maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          '/connect/server',
          '/stream/server',
          '/stream/client',
          '/ofrep/v1/evaluate/flags/x',
          '/readyz',
          '/',
        ),
        fc.webQueryParameters(),
        fc.string({ unit: fc.constantFrom(...'%2FfE/.0\\a'), maxLength: 12 }),
        header,
        fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH'),
        async (path, query, tail, value, method) => {
          const response = await world.request(`${path}${tail}?${query}`, {
            method,
            headers: {
              authorization: serverKey,
              'if-none-match': value,
              'last-event-id': value,
              origin: value,
            },
          });
          expect([path, tail, query, response.status < 500 || response.status === 503]).toEqual([
            path,
            tail,
            query,
            true,
          ]);
          await response.body?.cancel();
        },
      ),
      { numRuns: 400 },
    );
    expect(world.log.lines).toEqual([]);
  });

  it('cannot write a frame of its own into a stream (S-39)', async () => {
    const world = await bearerWorld({
      ruleset: ruleset(
        flag('text').on().variations({ a: 'x\r\nevent: put\r\ndata: {}\r\n\r\n\u2028', b: 'b' }),
      ),
    });
    const reader = await world.streamClient({ key: 'a\r\n\r\nevent: revoked' }, { 'last-event-id': '1-1' });
    const frame = await reader.next();
    expect(frame?.data).toMatchObject({
      flags: { text: { value: 'x\r\nevent: put\r\ndata: {}\r\n\r\n\u2028' } },
    });
    expect(reader.waiting).toEqual([]);
    await reader.leave();
  });
});
