import { attribute, flag, ruleset } from '@fauna-flags/core/testing';
import {
  ofrepBulkSchema,
  ofrepFailureSchema,
  ofrepProblemSchema,
  ofrepSuccessSchema,
} from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { ofrepFailureOf } from '../testing/answers.ts';
import { bearerWorld, positionTextOf } from '../testing/bearer-world.ts';
import { clientKey, serverKey } from '../testing/documents.ts';

const single = '/ofrep/v1/evaluate/flags';
const asServer = { authorization: `Bearer ${serverKey}` };

const flags = ruleset(
  flag('default').on().serve('on'),
  flag('off').offVariation('off'),
  flag('prerequisite').on().prerequisite('off'),
  flag('rule')
    .on()
    .rule('rule-1', attribute('state', 'equals', ['WA']))
    .serve('off'),
  flag('target').on().target('on', 'u1').serve('off'),
  flag('split').on().rollout(100),
  flag('rule-split')
    .on()
    .rule('rule-2', attribute('state', 'equals', ['WA']), {
      rollout: { weights: [{ variation: 'on', weight: 100_000 }] },
    }),
  flag('hidden').on().hidden(),
  flag('nothing')
    .on()
    .variations({ none: null, some: { a: [1] } }, 'json'),
  flag('zero').on().variations({ zero: 0, one: 1 }),
  { version: 7, attributes: { state: 'string' } },
);
const context = { targetingKey: 'u1', state: 'WA' };

describe('POST /ofrep/v1/evaluate/flags/:key', () => {
  it('answers each way of serving with a reason that every provider knows, and never a value beside DISABLED (6, 7, 8, 10)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const expected = {
      default: ['DEFAULT', 'on', true],
      off: ['DEFAULT', 'off', false],
      prerequisite: ['DEFAULT', 'off', false],
      rule: ['TARGETING_MATCH', 'on', true],
      target: ['TARGETING_MATCH', 'on', true],
      split: ['SPLIT', 'on', true],
      'rule-split': ['SPLIT', 'on', true],
      zero: ['DEFAULT', 'zero', 0],
    };
    for (const [key, [reason, variant, value]] of Object.entries(expected)) {
      const response = await world.post(`${single}/${key}`, { context });
      const body = ofrepSuccessSchema.parse(await response.json());
      expect([response.status, body]).toEqual([
        200,
        { key, reason, variant, value, metadata: { flagSetId: 'production', version: '7' } },
      ]);
    }
  });

  it('leaves out a value of null, so that the caller’s default serves (9)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const body = await (await world.post(`${single}/nothing`, { context })).json();
    expect(ofrepSuccessSchema.parse(body)).not.toHaveProperty('value');
    // The one reason without a value that every provider takes for "use the default".
    expect(body).toMatchObject({ variant: 'none', reason: 'DISABLED' });
  });

  it('tells server keys which rule decided, and client keys nothing of it', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const forServer = await (await world.post(`${single}/rule`, { context }, asServer)).json();
    expect(forServer).toMatchObject({ metadata: { ruleId: 'rule-1' } });
    expect(await (await world.post(`${single}/rule`, { context })).text()).not.toContain('rule-1');
  });

  it('answers a hidden flag to a client key exactly as an unknown one, and to a server key with its value', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const hidden = await world.post(`${single}/hidden`, { context });
    const unknown = await world.post(`${single}/unknown`, { context });
    expect([hidden.status, unknown.status]).toEqual([404, 404]);
    const body = ofrepFailureSchema.parse(await hidden.json());
    expect(body).toMatchObject({ key: 'hidden', errorCode: 'FLAG_NOT_FOUND', metadata: {} });
    expect({ ...body, key: 'unknown' }).toEqual(await unknown.json());
    expect((await world.post(`${single}/hidden`, { context }, asServer)).status).toBe(200);
  });

  it('reads keys in every way that clients write them, and odd ones are simply unknown (2)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    for (const path of [`${single}/rule%2Dsplit`, `/${single}/rule-split`])
      expect([path, (await world.post(path, { context })).status]).toEqual([path, 200]);
    const odd = [
      ['a%2Fb', 'a/b'],
      ['a/b', 'a/b'],
      ['caf%C3%A9', 'café'],
      ['50%25', '50%'],
      ['__proto__', '__proto__'],
      ['constructor', 'constructor'],
    ];
    for (const [written, key] of odd) {
      const response = await world.post(`${single}/${written}`, { context });
      expect([written, response.status, (await ofrepFailureOf(response)).key]).toEqual([written, 404, key]);
    }
    expect((await world.post(`${single}/50%`, { context })).status).toBe(404);
  });

  it('errs only where a decisive split lacks its key, with 400 (4, 5)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const response = await world.post(`${single}/split`, { context: {} });
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'application/json']);
    expect(ofrepFailureSchema.parse(await response.json())).toMatchObject({
      errorCode: 'TARGETING_KEY_MISSING',
    });
    for (const body of ['', '{}', '{"context":null}', '{"context":{}}'])
      expect((await world.post(`${single}/default`, body)).status).toBe(200);
  });

  it('names the flag in every error, since clients know a failed evaluation by it (11, 12)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    for (const [body, errorCode] of [
      ['{', 'PARSE_ERROR'],
      ['{"context":7}', 'INVALID_CONTEXT'],
    ] as const) {
      const response = await world.post(`${single}/rule`, body);
      expect([response.status, await response.json()]).toMatchObject([400, { key: 'rule', errorCode }]);
    }
  });

  it('answers MALFORMED flags as a general error of their own', async () => {
    const broken = {
      ...flags,
      flags: { ...flags.flags, broken: { enabled: 'perhaps' } },
    } as unknown as typeof flags;
    const world = await bearerWorld({ ruleset: broken });
    const response = await world.post(`${single}/broken`, { context }, asServer);
    expect([response.status, (await ofrepFailureOf(response)).errorCode]).toEqual([400, 'GENERAL']);
    expect((await world.post(`${single}/rule`, { context })).status).toBe(200);
  });
});

describe('POST /ofrep/v1/evaluate/flags', () => {
  it('answers every flag that the key may see, sorted, with errors as items (12, 17)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const forClient = ofrepBulkSchema.parse(await (await world.post(single, { context: {} })).json());
    const keys = forClient.flags.map(({ key }) => key);
    expect(keys).toEqual(
      Object.keys(flags.flags)
        .filter((key) => key !== 'hidden')
        .sort(),
    );
    expect(forClient.flags.find(({ key }) => key === 'split')).toMatchObject({
      errorCode: 'TARGETING_KEY_MISSING',
    });
    expect(forClient.metadata).toEqual({ flagSetId: 'production' });
    const forServer = ofrepBulkSchema.parse(
      await (await world.post(`${single}/`, { context }, asServer)).json(),
    );
    expect(forServer.flags.map(({ key }) => key)).toEqual(Object.keys(flags.flags).sort());
    expect(forServer.metadata).toEqual({ flagSetId: 'production', version: '7' });
  });

  it('answers 304 while nothing that this key and context see has changed (15)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const etagOf = async (body: unknown, headers = {}) =>
      (await world.post(single, body, headers)).headers.get('etag');
    const etag = (await etagOf({ context })) ?? '';
    await world.publish({ ...flags, version: 8 });
    const same = await world.post(single, { context }, { 'if-none-match': `W/${etag}` });
    expect([same.status, same.headers.get('etag'), await same.text()]).toEqual([304, etag, '']);
    expect(await etagOf({ context: { ...context, state: 'CA' } })).not.toBe(etag);
    expect(await etagOf({ context }, asServer)).not.toBe(etag);
    await world.publish({ ...flags, version: 9, flags: { ...flags.flags, rule: flag('rule').build() } });
    expect((await world.post(single, { context }, { 'if-none-match': etag })).status).toBe(200);
  });

  it('is forced to answer whole by a notification of another configuration, and by nothing else (16)', async () => {
    const world = await bearerWorld();
    const position = positionTextOf(await world.publish(flags));
    const etag = (await world.post(single, { context })).headers.get('etag') ?? '';
    const statuses: number[] = [];
    for (const [named, match] of [
      ['1700000000-9-00000000', etag],
      [position, '"stale"'],
      [position, etag],
      [`W/"${position}"`, etag],
      [`"${position}"`, `W/${etag}`],
      [position, undefined],
      ['1700000000-1-00000000', etag],
      ['not-a-position-of-ours', etag],
    ] as const) {
      await world.clock.advance(5_000);
      const path = `${single}?flagConfigEtag=${encodeURIComponent(named)}`;
      const headers: Record<string, string> = match === undefined ? {} : { 'if-none-match': match };
      statuses.push((await world.post(path, { context }, headers)).status);
    }
    expect(statuses).toEqual([200, 200, 304, 304, 304, 200, 200, 304]);
  });

  it('leaves the set’s metadata out for a client library that cannot read it (18)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const response = await world.post(single, { context }, { 'user-agent': 'ktor-client' });
    expect(await response.json()).not.toHaveProperty('metadata');
  });

  it('answers every error as JSON with errorDetails, metadata and a code (11, 23)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const cases = [
      [await world.post(single, '{'), 400, 'PARSE_ERROR'],
      [await world.post(single, '[]'), 400, 'PARSE_ERROR'],
      [await world.post(single, { context: 'x' }), 400, 'INVALID_CONTEXT'],
      [await world.post(single, 'x'.repeat(70_000)), 413, undefined],
      [await world.post(single, {}, { authorization: 'nobody' }), 401, undefined],
      [await world.request(single, { headers: { authorization: clientKey } }), 405, undefined],
      [await world.post('/ofrep/v1/configuration'), 404, undefined],
    ] as const;
    for (const [response, status, errorCode] of cases) {
      expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/json']);
      const body = ofrepProblemSchema.parse(await response.json());
      expect(body.errorCode).toBe(errorCode);
      expect(body.status).toBe(status);
    }
  });

  it('keeps whole numbers exact, and gives each value its own JSON type (14, 24)', async () => {
    const numbers = { huge: Number.MAX_SAFE_INTEGER, half: 0.5, ten: 10, minus: -1 };
    const world = await bearerWorld({
      ruleset: ruleset(
        ...Object.entries(numbers).map(([key, value]) => flag(key).on().variations({ value, other: 0 })),
      ),
    });
    const text = await (await world.post(single, {})).text();
    for (const [key, value] of Object.entries(numbers)) {
      expect(text).toContain(`"key":"${key}"`);
      expect(text).toContain(`"value":${value}`);
    }
  });
});

describe('OFREP at the origin root (1)', () => {
  it('chooses the environment by the credential, in each form that clients show it in (3)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    for (const headers of [
      { authorization: `Bearer ${clientKey}` },
      { authorization: clientKey },
      { authorization: '', 'x-api-key': clientKey },
      { authorization: '', 'x-api-key': serverKey },
    ])
      expect((await world.post(`${single}/default`, {}, headers)).status).toBe(200);
    const shownNothing = await world.request(single, { method: 'POST' });
    expect([shownNothing.status, shownNothing.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  });

  it('takes bodies in pieces, of any character set and of none (4)', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const pieces = new ReadableStream({
      start(controller) {
        for (const piece of ['{"context":', '{"state":"WA"', '}}'])
          controller.enqueue(new TextEncoder().encode(piece));
        controller.close();
      },
    });
    const response = await world.request(`${single}/rule`, {
      method: 'POST',
      headers: { authorization: clientKey, 'content-type': 'application/json; charset=UTF-8' },
      body: pieces,
      duplex: 'half',
    } as RequestInit);
    expect(await response.json()).toMatchObject({ reason: 'TARGETING_MATCH' });
    const bare = await world.request(single, { method: 'POST', headers: { authorization: clientKey } });
    expect(bare.status).toBe(200);
  });

  it('says in whole seconds when to come again, and never holds up a preflight (13)', async () => {
    const world = await bearerWorld({ registry: null });
    const early = await world.post(single, {});
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    expect((await world.request(single, { method: 'OPTIONS' })).status).toBe(204);
  });
});
