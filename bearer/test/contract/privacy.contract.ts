import { all, attribute, audience, flag, inAudience, ruleset } from '@fauna-flags/core/testing';
import { clientAnswerSchema, ofrepBulkSchema } from '@fauna-flags/protocol';
import { expect, it } from 'vitest';
import type { ContractWorld } from './contract-world.ts';
import { eventually } from './eventually.ts';

/** Stands in every field that a client key must not see. */
const marker = 'CANARY';
/** Stands in every field of a context. */
const secret = 'private-value-of-a-user';

const planted = (toggled: boolean) =>
  ruleset(
    flag('shown')
      .on()
      .salt(`${marker}-salt`)
      .variations({ seen: 'seen', other: `${marker}-other-variation` })
      .prerequisite(`${marker}-prerequisite`, 'on')
      .rule(
        `${marker}-rule`,
        all(
          inAudience(`${marker}-audience`),
          attribute(`${marker}-attribute`, 'equals', [`${marker}-value`]),
        ),
        'other',
      ),
    toggled
      ? flag('toggled')
          .rule(`${marker}-rule-2`, inAudience(`${marker}-audience`))
          .on()
      : flag('toggled'),
    flag(`${marker}-prerequisite`).hidden().on(),
    {
      attributes: { [`${marker}-attribute`]: 'string' },
      audiences: {
        [`${marker}-audience`]: audience(attribute(`${marker}-attribute`, 'in', [`${marker}-in`])),
      },
    },
  );

/** What leaves the bearer, and what it writes down. */
export function privacyContract(world: () => ContractWorld): void {
  it('a client key obtains nothing of what is hidden, by any route, frame, header or error', async () => {
    const environment = await world().environment(planted(true));
    const context = { key: secret, email: secret };
    const seen: string[] = [];
    const take = async (response: Response) => {
      const text = `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`;
      seen.push(text);
      return text;
    };
    const connected = await environment.post('/connect/client', { context, handle: true });
    const { stream } = clientAnswerSchema.parse(await connected.clone().json());
    await take(connected);
    const bulk = await environment.post('/ofrep/v1/evaluate/flags', { context });
    const { eventStreams } = ofrepBulkSchema.parse(await bulk.clone().json());
    await take(bulk);
    const streams = [
      await environment.post('/stream/client', { context }),
      await environment.fetch(stream?.url ?? ''),
      await environment.fetch(eventStreams?.[0]?.endpoint.requestUri ?? ''),
    ].map(textsOf);
    for (const body of ['{', '[]', '{"context":5}', `{"context":"${secret}"}`, `{"context":{"a":"${secret}"`])
      for (const path of ['/connect/client', '/stream/client', '/usage', '/ofrep/v1/evaluate/flags/shown'])
        await take(await environment.post(path, body));
    for (const path of ['/ofrep/v1/evaluate/flags/shown', `/ofrep/v1/evaluate/flags/${marker.toLowerCase()}`])
      await take(await environment.post(path, { context }));
    for (const path of [
      '/connect/server',
      '/stream/server',
      '/stream/client?h=v1.k1.A',
      '/readyz',
      '/metrics',
    ])
      await take(await environment.fetch(path, { headers: { authorization: environment.clientKey } }));

    await environment.put(planted(false));
    for (const text of streams)
      await eventually(
        async () => text().includes('event: patch') || text().includes('refetch'),
        'the change on a stream',
      );
    seen.push(...streams.map((text) => text()));
    expect(seen.filter((text) => text.includes(marker))).toEqual([]);
    const server = await environment.asServer('/connect/server');
    expect(await server.text()).toContain(marker);
    for (const word of [
      secret,
      environment.clientKey,
      environment.serverKey,
      stream?.url ?? '/stream/client?h=',
    ])
      expect(world().bearer.log()).not.toContain(word);
  });
}

/** Collects what a stream sends; the answer gives what has come so far. */
function textsOf(response: Response): () => string {
  let text = JSON.stringify([...response.headers]);
  const decoder = new TextDecoder();
  const collect = async () => {
    if (response.body === null) return;
    for await (const piece of response.body) text += decoder.decode(piece, { stream: true });
  };
  // Its end, when the bearer goes, is nobody's concern any more.
  collect().catch(() => {});
  return () => text;
}
