import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FaunaProcess, pause } from './support/fauna-process.ts';
import { googlePayFor, tellGooglePayStory, toggleGooglePay } from './support/google-pay.ts';
import { OpenStream } from './support/sse.ts';

const student = { key: 'user-1', state: 'Washington', student: true };
const other = { key: 'user-2', state: 'California', student: false };

describe('from a change to every open stream', () => {
  let fauna: FaunaProcess;
  let keys: Awaited<ReturnType<typeof tellGooglePayStory>>;
  let projects = 0;
  let project: string;
  let configurationPath: string;
  let keysPath: string;
  const streams: OpenStream[] = [];
  beforeAll(async () => {
    fauna = await FaunaProcess.prepare();
    await fauna.start();
  });
  beforeEach(async () => {
    projects += 1;
    project = `demo-${projects}`;
    configurationPath = `/projects/${project}/flags/google-pay/environments/production`;
    keysPath = `/projects/${project}/environments/production/sdk-keys`;
    keys = await tellGooglePayStory(fauna, project);
  });
  afterAll(async () => {
    for (const stream of streams) stream.close();
    await fauna.dispose();
  });

  const toggle = (enabled: boolean) => toggleGooglePay(fauna, enabled, project);

  async function open(context: object, key = keys.clientKey, headers: Record<string, string> = {}) {
    const stream = await OpenStream.open(`${fauna.url}/stream/client`, {
      method: 'POST',
      key,
      headers,
      body: JSON.stringify({ context }),
    });
    streams.push(stream);
    return stream;
  }

  async function openServer(key = keys.serverKey) {
    const stream = await OpenStream.open(`${fauna.url}/stream/server`, { key });
    streams.push(stream);
    return stream;
  }

  async function created(
    path: string,
    body: unknown,
  ): Promise<{ readonly id: string; readonly key: string }> {
    const answer = await fauna.api('POST', path, body);
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body as { readonly id: string; readonly key: string };
  }

  it('a kill switch reaches whom it concerns within a second, as one patch, and nobody else', async () => {
    const [concerned, unconcerned] = [await open(student), await open(other)];
    await Promise.all([concerned.frame('put'), unconcerned.frame('put')]);
    const startMs = performance.now();
    await toggle(false);
    const patch = await concerned.frame('patch');
    expect(patch.atMs - startMs).toBeLessThan(1_000);
    expect(patch.data).toEqual({
      position: patch.id,
      flags: { 'google-pay': { value: false, variation: 'off', reason: 'OFF' } },
      removed: [],
    });
    await pause(300);
    expect(concerned.frames.map(({ event }) => event)).toEqual(['put', 'patch']);
    expect(unconcerned.frames.map(({ event }) => event)).toEqual(['put']);
  });

  it('switching on and a change of targeting reach browsers too', async () => {
    const [first, second] = [await open(student), await open(other)];
    await Promise.all([first.frame('put'), second.frame('put')]);
    await toggle(false);
    await toggle(true);
    expect((await first.frame('patch', 2)).data).toMatchObject({ flags: { 'google-pay': { value: true } } });
    await fauna.api(
      'PATCH',
      `/projects/${project}/audiences/west-coast-students`,
      {
        match: {
          combine: 'all',
          conditions: [{ attribute: 'state', operator: 'in', values: ['California'] }],
        },
      },
      { 'if-match': '*' },
    );
    expect((await second.frame('patch')).data).toMatchObject({ flags: { 'google-pay': { value: true } } });
    expect((await first.frame('patch', 3)).data).toMatchObject({ flags: { 'google-pay': { value: false } } });
  });

  it('no toggle, on or off, shows a browser anything but values', async () => {
    const stream = await open(student);
    await stream.frame('put');
    await toggle(false);
    await toggle(true);
    await pause(200);
    const text = JSON.stringify(stream.frames);
    for (const secret of ['west-coast-students', 'state', 'California', 'rules', 'match', 'conditions']) {
      expect(text).not.toContain(secret);
    }
  });

  it('a new flag appears and a deleted one disappears on open streams', async () => {
    const [client, server] = [await open(student), await openServer()];
    await Promise.all([client.frame('put'), server.frame('put')]);
    await created(`/projects/${project}/flags`, { key: 'short-lived', name: 'Short-lived', kind: 'boolean' });
    expect((await client.frame('patch')).data).toMatchObject({ flags: { 'short-lived': { value: false } } });
    expect((await fauna.api('POST', `/projects/${project}/flags/short-lived/archive`)).status).toBe(200);
    expect((await client.frame('patch', 2)).data).toMatchObject({ flags: {}, removed: ['short-lived'] });
    const deleted = await fauna.api('DELETE', `/projects/${project}/flags/short-lived`, undefined, {
      'if-match': '*',
    });
    expect(deleted.status).toBe(204);
    expect((await server.frame('patch', 2)).data).toMatchObject({ removed: ['short-lived'] });
  });

  it('a reader that comes back where it was is told that it is current, or what it has missed and no more', async () => {
    const first = await open(student);
    const { id = '' } = await first.frame('put');
    const again = await open(student, keys.clientKey, { 'last-event-id': id });
    expect((await again.frame('none')).data).toEqual({ position: id });
    await toggle(false);
    await again.frame('patch');
    const late = await open(student, keys.clientKey, { 'last-event-id': id });
    const { data } = await late.frame('patch');
    expect(Object.keys(data.flags as object)).toEqual(['google-pay']);
    expect(data).toMatchObject({ flags: { 'google-pay': { value: false } }, removed: [] });
  });

  it('native EventSource gets the same by a handle, which says nothing about the user', async () => {
    const answer = await fetch(`${fauna.url}/connect/client`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.clientKey}` },
      body: JSON.stringify({ context: student, handle: true }),
    });
    const { stream } = (await answer.json()) as { readonly stream: { readonly url: string } };
    expect(stream.url).toMatch(/^\/stream\/client\?h=v1\./);
    expect(decodeURIComponent(stream.url)).not.toContain('user-1');
    const open = await OpenStream.open(`${fauna.url}${stream.url}`, {});
    streams.push(open);
    expect((await open.frame('put')).data).toMatchObject({ flags: { 'google-pay': { variation: 'on' } } });
  });

  it('a revoked key loses its open streams within a second and is refused from then on', async () => {
    const key = await created(keysPath, { name: 'Leaked', kind: 'client' });
    const stream = await open(student, key.key);
    await stream.frame('put');
    const startMs = performance.now();
    const revoked = await fauna.api('DELETE', `${keysPath}/${key.id}`, undefined, { 'if-match': '*' });
    expect(revoked.status).toBe(204);
    expect((await stream.frame('revoked')).atMs - startMs).toBeLessThan(1_000);
    await expect.poll(() => stream.ended, { timeout: 1_000 }).toBe(true);
    expect((await open(student, key.key)).response.status).toBe(401);
  });

  it('a rotated key works until its grace ends, on streams too, and the new one works at once', async () => {
    const old = await created(keysPath, { name: 'Rotating', kind: 'server' });
    const stream = await openServer(old.key);
    await stream.frame('put');
    const renewed = await created(`${keysPath}/${old.id}/rotate`, { graceSeconds: 1 });
    expect(renewed.key).not.toBe(old.key);
    expect((await openServer(renewed.key)).response.status).toBe(200);
    expect((await openServer(old.key)).response.status).toBe(200);
    await stream.frame('revoked', 1, 4_000);
    expect((await openServer(old.key)).response.status).toBe(401);
    expect((await openServer(renewed.key)).response.status).toBe(200);
  });

  it('no context, however odd, gets an error or ends the process', async () => {
    const contexts = [
      { key: 'x', state: 7, student: 'yes' },
      { key: 'x', state: null, student: null },
      { hasOwnProperty: 1, constructor: 2, toString: 3, key: 4 },
      { key: ['x'], state: { in: 'California' } },
      JSON.parse('{"__proto__": {"student": true}, "key": "x"}'),
    ];
    for (const context of contexts) {
      const answer = await fetch(`${fauna.url}/connect/client`, {
        method: 'POST',
        headers: { authorization: `Bearer ${keys.clientKey}` },
        body: JSON.stringify({ context }),
      });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ flags: { 'google-pay': { value: false } } });
    }
    const garbage = await fetch(`${fauna.url}/connect/client`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.clientKey}` },
      body: '{"context": [',
    });
    expect(garbage.status).toBe(400);
    expect(await garbage.json()).toMatchObject({ code: 'invalid' });
  });

  it('nobody reads rules or changes anything without the right credential', async () => {
    const anonymous = async (method: string, path: string) =>
      (await fetch(`${fauna.url}${path}`, { method })).status;
    expect(await anonymous('GET', '/api/v1/projects')).toBe(401);
    expect(await anonymous('POST', `/api/v1${configurationPath}/toggle`)).toBe(401);
    expect(await anonymous('GET', '/connect/server')).toBe(401);
    const withClientKey = await fetch(`${fauna.url}/connect/server`, {
      headers: { authorization: `Bearer ${keys.clientKey}` },
    });
    expect(withClientKey.status).toBe(403);
    const api = await fetch(`${fauna.url}/api/v1/projects`, {
      headers: { authorization: `Bearer ${keys.serverKey}` },
    });
    expect(api.status).toBe(401);
  });

  it('an edit of the title that races the kill switch never turns the flag back on', async () => {
    for (let round = 0; round < 10; round += 1) {
      await toggle(true);
      await Promise.all([
        toggle(false),
        fauna.api(
          'PATCH',
          `/projects/${project}/flags/google-pay`,
          { name: `Google Pay ${round}` },
          { 'if-match': '*' },
        ),
      ]);
      expect((await fauna.api('GET', configurationPath)).body).toMatchObject({ enabled: false });
    }
    const { revision } = (await fauna.api('GET', configurationPath)).body as { readonly revision: number };
    await toggle(true);
    const stale = await fauna.api('PUT', configurationPath, googlePayFor(false), {
      'if-match': `"${revision}"`,
    });
    expect(stale.status).toBe(412);
    expect(stale.body).toMatchObject({ code: 'stale_revision', current: { enabled: true } });
  });
});
