import { attribute, flag, ruleset } from '@fauna-flags/core/testing';
import { clientAnswerSchema } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { bearerWorld, positionTextOf } from '../testing/bearer-world.ts';
import { serverKey } from '../testing/documents.ts';

const flags = ruleset(
  flag('pay')
    .on()
    .rule('west', attribute('state', 'in', ['WA']))
    .serve('off'),
  flag('secret').on().hidden(),
  { attributes: { state: 'string' } },
);

describe('POST /connect/client', () => {
  it('answers the values of client-visible flags for the context, at a position', async () => {
    const world = await bearerWorld();
    const snapshot = await world.publish(flags);
    const response = await world.post('/connect/client', { context: { key: 'u1', state: 'WA' } });
    expect(response.status).toBe(200);
    expect(clientAnswerSchema.parse(await response.json())).toEqual({
      position: positionTextOf(snapshot),
      flags: { pay: { value: true, variation: 'on', reason: 'RULE' } },
    });
  });

  it('answers 304 for the same context and flags, however the tag is dressed and although the position moved', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const first = await world.post('/connect/client', { context: { key: 'u1' } });
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    await world.publish({ ...flags, version: 2 });
    for (const dressed of [etag, `W/${etag}`, etag.slice(1, -1), `"other", ${etag}`]) {
      const again = await world.post(
        '/connect/client',
        { context: { key: 'u1' } },
        { 'if-none-match': dressed },
      );
      expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, etag, '']);
    }
    const other = await world.post('/connect/client', { context: { key: 'u2' } }, { 'if-none-match': etag });
    expect(other.status).toBe(200);
  });

  it('keeps its ETag with a handle, and gives a stream URL only when asked for', async () => {
    const world = await bearerWorld({ ruleset: flags });
    const plain = await world.post('/connect/client', { context: { key: 'u1' } });
    const handled = await world.post('/connect/client', { context: { key: 'u1' }, handle: true });
    expect(handled.headers.get('etag')).toBe(plain.headers.get('etag'));
    expect(await plain.json()).not.toHaveProperty('stream');
    const { stream } = clientAnswerSchema.parse(await handled.json());
    expect(stream?.url).toMatch(/^\/stream\/client\?h=v1\.k1\.[A-Za-z0-9_-]+$/);
    const large = { key: 'u1', text: 'x'.repeat(3000), more: 'y'.repeat(1500) };
    const largeAnswer = await world.post('/connect/client', { context: large, handle: true });
    expect(await largeAnswer.json()).not.toHaveProperty('stream');
  });

  it('takes a missing body and a missing context as empty', async () => {
    const world = await bearerWorld({ ruleset: flags });
    for (const body of ['', '  ', '{}']) {
      const response = await world.post('/connect/client', body);
      expect(response.status).toBe(200);
    }
  });
});

describe('GET /connect/server', () => {
  it('answers the stored bytes with the position as ETag, and 304 for it', async () => {
    const world = await bearerWorld();
    const snapshot = await world.publish(flags);
    const headers = { 'x-api-key': serverKey };
    const response = await world.request('/connect/server', { headers });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(snapshot.payload);
    expect(response.headers.get('etag')).toBe(`"${positionTextOf(snapshot)}"`);
    const again = await world.request('/connect/server', {
      headers: { ...headers, 'if-none-match': `"${positionTextOf(snapshot)}"` },
    });
    expect(again.status).toBe(304);
  });
});
