import { attribute, flag, ruleset } from '@fauna-flags/core/testing';
import { clientAnswerSchema } from '@fauna-flags/protocol';
import { expect, it } from 'vitest';
import { memberOf } from '../../src/member-of.ts';
import { problemOf } from '../../src/testing/answers.ts';
import { positionTextOf } from '../../src/testing/bearer-world.ts';
import type { ContractWorld } from './contract-world.ts';
import { eventually } from './eventually.ts';

const western = ruleset(
  flag('pay')
    .on()
    .rule('west', attribute('state', 'in', ['WA']))
    .serve('off'),
  flag('pattern')
    .on()
    .rule('mail', attribute('email', 'matches', ['@example\\.(com|org)$']))
    .serve('off'),
  flag('secret').on().hidden(),
  { attributes: { state: 'string', email: 'string' } },
);

/** The whole state in one answer, and health. */
export function connectContract(world: () => ContractWorld): void {
  it('POST /connect/client answers the values of client-visible flags for the context, and 304 for its ETag', async () => {
    const environment = await world().environment();
    const snapshot = await environment.publish(western);
    const context = { key: 'u1', state: 'WA', email: 'a@example.org' };
    const response = await environment.post('/connect/client', { context });
    expect(clientAnswerSchema.parse(await response.json())).toEqual({
      position: positionTextOf(snapshot),
      flags: {
        pattern: { value: true, variation: 'on', reason: 'RULE' },
        pay: { value: true, variation: 'on', reason: 'RULE' },
      },
    });
    const etag = response.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    await environment.publish(western);
    const again = await environment.post('/connect/client', { context }, { 'if-none-match': etag });
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
    const other = await environment.post(
      '/connect/client',
      { context: { key: 'u2' } },
      { 'if-none-match': etag },
    );
    expect(other.status).toBe(200);
    await other.arrayBuffer();
  });

  it('POST /connect/client takes a missing body and a missing context as empty', async () => {
    const environment = await world().environment(western);
    for (const body of ['', '  ', '{}']) {
      const response = await environment.post('/connect/client', body);
      expect([response.status, clientAnswerSchema.safeParse(await response.json()).success]).toEqual([
        200,
        true,
      ]);
    }
  });

  it('GET /connect/server answers the stored bytes with the position as ETag, and 304 for it', async () => {
    const environment = await world().environment();
    const snapshot = await environment.publish(western);
    const response = await environment.asServer('/connect/server');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(snapshot.payload);
    const etag = `"${positionTextOf(snapshot)}"`;
    expect(response.headers.get('etag')).toBe(etag);
    const again = await environment.asServer('/connect/server', { 'if-none-match': etag });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  it('POST /usage takes counts with either kind of key, and refuses whatever else is in them', async () => {
    const environment = await world().environment();
    const batch = {
      sdk: { name: 'contract', version: '1.0.0' },
      window: { from: 1_700_000_000_000, to: 1_700_000_060_000 },
      counts: [{ flag: 'pay', variation: 'on', count: 3 }],
    };
    for (const key of [environment.clientKey, environment.serverKey]) {
      const taken = await environment.post('/usage', batch, { authorization: key });
      expect([taken.status, await taken.text()]).toEqual([204, '']);
    }
    const odd = await environment.post('/usage', { ...batch, context: { key: 'u1' } });
    expect([odd.status, (await problemOf(odd)).code]).toEqual([400, 'invalid']);
  });

  it('GET /healthz and /readyz say that it lives and that it serves', async () => {
    await world().environment();
    const live = await world().bearer.fetch('/healthz');
    expect([live.status, await live.json()]).toEqual([200, { status: 'ok' }]);
    await eventually(async () => {
      const ready = await world().bearer.fetch('/readyz');
      const body: unknown = await ready.json();
      const position = memberOf(memberOf(body, 'keys'), 'position');
      return ready.status === 200 && memberOf(body, 'ready') === true && typeof position === 'string';
    }, '/readyz to say so');
  });
}
