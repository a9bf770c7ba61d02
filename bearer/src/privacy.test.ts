import type { Ruleset } from '@fauna-flags/core';
import { all, attribute, audience, flag, inAudience, ruleset } from '@fauna-flags/core/testing';
import { ofrepBulkSchema } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { clientAnswerOf } from './testing/answers.ts';
import { type BearerWorld, bearerWorld } from './testing/bearer-world.ts';
import { clientKey, registered, registryOf, serverKey } from './testing/documents.ts';
import { settled } from './testing/manual-clock.ts';

/*
 * Canaries stand in every field that a client key must not see. Everything that a client key can obtain is collected:
 * answers of every route, their headers, every kind of frame, errors and log lines; none may hold a canary.
 */

const marker = 'CANARY';
const audienceKey = `${marker}-audience`;
const attributeKey = `${marker}-attribute`;

function planted(version: number, change: 'as-it-was' | 'changed'): Ruleset {
  const changed = change === 'changed';
  const built = ruleset(
    flag('shown')
      .on()
      .salt(`${marker}-salt`)
      .variations({ seen: 'seen', other: `${marker}-other-variation`, [`${marker}-variation`]: 'x' })
      .target(`${marker}-variation`, `${marker}-target-key`)
      .prerequisite(`${marker}-prerequisite`, 'on')
      .rule(
        `${marker}-rule`,
        all(inAudience(audienceKey), attribute(attributeKey, 'equals', [`${marker}-value`])),
        'other',
      )
      .rule(`${marker}-rule-that-holds`, attribute('key', 'startsWith', ['u']), changed ? 'seen' : 'seen')
      .offVariation('other'),
    flag('toggled').rule(`${marker}-rule-2`, inAudience(audienceKey)).on(),
    flag('visible-for-a-while').on(),
    flag(`${marker}-prerequisite`).hidden().on(),
    flag(`${marker}-hidden`)
      .hidden()
      .variations({ [`${marker}-a`]: `${marker}-b`, b: 'b' })
      .on(),
    {
      version,
      environment: 'production',
      attributes: { [attributeKey]: 'string' },
      audiences: { [audienceKey]: audience(attribute(attributeKey, 'in', [`${marker}-in`])) },
    },
  );
  if (!changed) return built;
  const { 'visible-for-a-while': gone, ...rest } = built.flags;
  return {
    ...built,
    flags: { ...rest, toggled: flag('toggled').rule(`${marker}-rule-3`, inAudience(audienceKey)).build() },
    audiences: { [audienceKey]: audience(attribute(attributeKey, 'in', [`${marker}-other`])) },
  };
}

async function textOf(response: Response): Promise<string> {
  return `${JSON.stringify([...response.headers])} ${await response.text()}`;
}

async function openText(world: BearerWorld, ask: () => Promise<Response>): Promise<() => string> {
  const response = await ask();
  const head = JSON.stringify([...response.headers]);
  let text = '';
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  void (async () => {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read())
      text += decoder.decode(piece.value);
  })();
  await settled();
  expect(world.bearer.status().streams).toBeGreaterThan(0);
  return () => head + text;
}

describe('a client key', () => {
  it('obtains no canary by any route, frame, header, error or log line (S-11)', async () => {
    const world = await bearerWorld({ ruleset: planted(1, 'as-it-was') });
    const headers = { authorization: `Bearer ${clientKey}` };
    const context = { key: 'u1', [attributeKey]: 'x' };
    const seen: string[] = [];

    const connected = await world.post('/connect/client', { context, handle: true });
    const { stream } = await clientAnswerOf(connected.clone());
    seen.push(await textOf(connected));
    const posted = await openText(world, () => world.post('/stream/client', { context }));
    const handled = await openText(world, () => world.request(stream?.url ?? ''));
    const bulk = ofrepBulkSchema.parse(
      await (await world.post('/ofrep/v1/evaluate/flags', { context })).json(),
    );
    const told = await openText(world, () =>
      world.request(bulk.eventStreams?.[0]?.endpoint.requestUri ?? ''),
    );
    const ahead = '1700000000-99-00000000';
    await world.clock.advance(2_000);
    const reset = await openText(world, () => world.post(`/stream/client?since=${ahead}`, { context }));

    for (const path of ['', '/', '/shown', '/toggled', `/${marker.toLowerCase()}`, '/nothing'])
      seen.push(await textOf(await world.post(`/ofrep/v1/evaluate/flags${path}`, { context })));
    for (const body of [
      '{',
      '[]',
      '{"context":5}',
      `{"context":{"a":"${'x'.repeat(5_000)}"}}`,
      'x'.repeat(70_000),
    ])
      for (const path of ['/connect/client', '/stream/client', '/usage', '/ofrep/v1/evaluate/flags/shown'])
        seen.push(await textOf(await world.post(path, body)));
    for (const path of ['/connect/server', '/stream/server', '/connect', '/healthz', '/readyz', '/metrics'])
      seen.push(await textOf(await world.request(path, { headers })));

    await world.publish(planted(2, 'changed'));
    await world.clock.advance(25_000);
    await world.publishKeys(registryOf(registered(clientKey, { state: 'revoked' })));
    await settled();
    for (const text of [posted, handled, reset]) {
      for (const event of ['put', 'patch', 'hb', 'revoked']) expect(text()).toContain(`event: ${event}\n`);
      expect(text()).toContain('"removed":["visible-for-a-while"]');
      seen.push(text());
    }
    expect(reset()).toContain('"reset":true');
    expect(told()).toContain('refetchEvaluation');
    seen.push(told(), JSON.stringify(world.log.lines));

    expect(seen.filter((text) => text.includes(marker))).toEqual([]);
    // The canaries are alive: a server key sees them.
    const server = await bearerWorld({ ruleset: planted(1, 'as-it-was') });
    expect(
      await textOf(await server.request('/connect/server', { headers: { 'x-api-key': serverKey } })),
    ).toContain(marker);
  });

  it('leaves no trace of a context, a key or a handle in log lines and errors (S-12)', async () => {
    const world = await bearerWorld({ ruleset: planted(1, 'as-it-was') });
    const secret = 'private-value-of-a-user';
    const texts: string[] = [];
    for (const body of [
      `{"context":{"email":"${secret}"`,
      `{"context":"${secret}"}`,
      JSON.stringify({ context: { deep: { list: Array(1_001).fill(secret) } } }),
    ])
      for (const path of [
        '/connect/client',
        '/stream/client',
        '/usage',
        '/ofrep/v1/evaluate/flags',
        '/ofrep/v1/evaluate/flags/shown',
      ])
        texts.push(await (await world.post(path, body)).text());
    texts.push(await (await world.request(`/stream/client?h=v1.k1.${secret}`)).text());
    texts.push(await (await world.post('/connect/client', {}, { authorization: `Bearer ${secret}` })).text());
    texts.push(JSON.stringify(world.log.lines));
    expect(texts.filter((text) => text.includes(secret))).toEqual([]);
    expect(texts.filter((text) => text.includes(clientKey))).toEqual([]);
  });
});

describe('an OFF toggle', () => {
  it('sends browsers one value and no rules', async () => {
    const world = await bearerWorld({ ruleset: planted(1, 'as-it-was') });
    const reader = await world.streamClient({ key: 'u1', [attributeKey]: `${marker}-in` });
    await reader.next();
    await world.publish({
      ...planted(2, 'as-it-was'),
      flags: {
        ...planted(2, 'as-it-was').flags,
        toggled: flag('toggled').rule(`${marker}-r`, inAudience(audienceKey)).build(),
      },
    });
    await settled();
    expect(reader.waiting.map(({ event, data }) => [event, data])).toEqual([
      [
        'patch',
        {
          position: expect.any(String),
          flags: { toggled: { value: false, variation: 'off', reason: 'OFF' } },
          removed: [],
        },
      ],
    ]);
  });
});
