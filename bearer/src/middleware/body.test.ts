import { gzipSync } from 'node:zlib';
import { flag, ruleset } from '@fauna-flags/core/testing';
import { describe, expect, it } from 'vitest';
import { problemOf } from '../testing/answers.ts';
import { bearerWorld } from '../testing/bearer-world.ts';
import { clientKey } from '../testing/documents.ts';

const flags = ruleset(flag('pay').on());

async function answers(body: string, headers: Record<string, string> = {}) {
  const world = await bearerWorld({ ruleset: flags });
  const response = await world.post('/connect/client', body, headers);
  return { status: response.status, body: await response.json() };
}

function nested(depth: number, value = '1'): string {
  return `${'['.repeat(depth)}${value}${']'.repeat(depth)}`;
}

describe('a request body', () => {
  it('is judged by its size before anything else (S-14)', async () => {
    expect(await answers('['.repeat(70_000))).toMatchObject({ status: 413, body: { code: 'too_large' } });
    expect(await answers('{}', { 'content-length': '70000' })).toMatchObject({ status: 413 });
    const padded = `{"context":{"key":"u1"}}${' '.repeat(64 * 1024 - 24)}`;
    expect(await answers(padded)).toMatchObject({ status: 200 });
    expect(await answers(`${padded} `)).toMatchObject({ status: 413 });
  });

  it('must be JSON, an object, with an object as context', async () => {
    for (const body of [
      '{',
      'nonsense',
      '[]',
      '"x"',
      '5',
      'null',
      'true',
      '{"context":[]}',
      '{"context":"x"}',
      '{"context":null}',
    ])
      expect([body, (await answers(body)).status]).toEqual([body, 400]);
  });

  it('never repeats what was sent in its errors', async () => {
    for (const body of [
      '{"context":{"key":"canary-1"',
      '{"context":{"a":"canary-2',
      '{"context":"canary-3"}',
    ])
      expect(JSON.stringify((await answers(body)).body)).not.toContain('canary');
  });

  it('may nest 20 levels and no more, at any depth that JSON.parse takes (S-14)', async () => {
    expect((await answers(`{"context":{"a":${nested(18)}}}`)).status).toBe(200);
    for (const depth of [19, 5_000, 30_000])
      expect(await answers(`{"context":{"a":${nested(depth)}}}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid' },
      });
  });

  it('may hold 500 members, 4 KB a string and 1,000 elements, and says where it holds more (S-14)', async () => {
    const members = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, place) => [`a${place}`, 1]));
    const context = (value: object) => JSON.stringify({ context: value });
    expect((await answers(context(members(500)))).status).toBe(200);
    expect((await answers(context({ s: 'x'.repeat(4096), l: Array(1_000).fill(1) }))).status).toBe(200);
    expect(await answers(context(members(501)))).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'context' }] },
    });
    expect(await answers(context({ s: 'x'.repeat(4097) }))).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'context.s' }] },
    });
    expect(await answers(context({ deep: [{ list: Array(1_001).fill(1) }] }))).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'context.deep[0].list' }] },
    });
  });

  it('may not hold numbers that JSON cannot write back (S-16)', async () => {
    expect(await answers('{"context":{"n":1e999}}')).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'context.n' }] },
    });
  });

  it('is taken whatever its content type says', async () => {
    for (const type of ['text/plain', 'application/json; charset=iso-8859-1', 'x'])
      expect((await answers('{}', { 'content-type': type })).status).toBe(200);
  });

  it('counts the last of members with the same name, as every parser of JSON here does (S-16)', async () => {
    const world = await bearerWorld({ ruleset: ruleset(flag('who').on().target('on', 'ada').serve('off')) });
    const response = await world.post(
      '/ofrep/v1/evaluate/flags/who',
      '{"context":{"key":"eve","key":"ada"}}',
    );
    expect(await response.json()).toMatchObject({ value: true });
  });

  it('is never unpacked: a small one must not become a large one (S-24)', async () => {
    const packed = gzipSync(JSON.stringify({ context: { s: 'x'.repeat(1_000_000) } }));
    const world = await bearerWorld({ ruleset: flags });
    const response = await world.request('/connect/client', {
      method: 'POST',
      headers: { authorization: clientKey, 'content-encoding': 'gzip' },
      body: packed,
    });
    expect([response.status, (await problemOf(response)).code]).toEqual([400, 'invalid']);
  });
});
