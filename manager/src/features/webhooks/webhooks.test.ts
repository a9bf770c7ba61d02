import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';
import { type Receiver, startReceiver } from '../../../test/support/receiver.ts';

let api: TestApi;
let receiver: Receiver;
let clock = new Date('2030-01-01T00:00:00.000Z');
const webhooks = '/projects/demo/webhooks';
beforeAll(async () => {
  api = await createTestApi(() => clock);
  receiver = await startReceiver();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
  await api.must('POST', '/projects', { key: 'other', name: 'Other' });
});
afterAll(async () => {
  await receiver.close();
  await api.close();
});

const create = (more: object = {}) =>
  api.must('POST', webhooks, { name: 'Hook', url: 'https://example.com/hook', ...more });
const refusal = async (method: string, path: string, body?: unknown, headers = anyRevision) => {
  const answer = await api.call(method, path, body, headers);
  return [answer.status, answer.body.errors?.[0]?.path ?? answer.body.code, answer.body.detail];
};

describe('webhooks', () => {
  it('POST makes one, whose secret is in this one answer', async () => {
    const { secret, ...made } = await create();
    expect(secret).toMatch(/^fauna_whs_[\w-]{43}$/);
    expect(made).toEqual({
      id: expect.any(String),
      project: 'demo',
      name: 'Hook',
      url: 'https://example.com/hook',
      format: 'json',
      events: ['*'],
      environments: null,
      enabled: true,
      oldSecretUntil: null,
      state: 'active',
      failures: 0,
      failingSince: null,
      pausedUntil: null,
      disabledReason: null,
      revision: 1,
      createdAt: '2030-01-01T00:00:00.000Z',
      updatedAt: '2030-01-01T00:00:00.000Z',
    });
    expect(await api.must('GET', `${webhooks}/${made.id}`)).toEqual(made);
    expect((await api.must('GET', webhooks)).items).toEqual([made]);
    const { rows } = (await api.asOwner('SELECT sealed_secret FROM webhooks')) as {
      rows: { sealed_secret: Buffer }[];
    };
    expect(rows[0]?.sealed_secret.includes(secret.slice(12))).toBe(false);
  });

  it('POST refuses addresses that must not be reached, filters that mean nothing, and environments that are not there', async () => {
    const refused = (more: object) =>
      refusal('POST', webhooks, { name: 'Hook', url: 'https://example.com/', ...more });
    for (const url of [
      'https://169.254.169.254/latest',
      'https://user:word@example.com/',
      'https://example.com:22/',
      'ftp://example.com',
      'example.com',
    ])
      expect(await refused({ url })).toEqual([
        422,
        'url',
        expect.stringMatching(/^Cannot create webhook "Hook": "url" must/),
      ]);
    expect(await refused({ environments: ['production', 'none'] })).toEqual([
      422,
      'environments[1]',
      'Cannot create webhook "Hook": "environments[1]" must be an environment of project "demo": "none" is none',
    ]);
    for (const events of [['flag'], ['Flag.update'], ['*.update'], ['flag.update.'], []])
      expect((await refused({ events })).slice(0, 2)).toEqual([
        400,
        events.length === 0 ? 'events' : 'events[0]',
      ]);
    expect((await refused({ format: 'xml' })).slice(0, 2)).toEqual([400, 'format']);
    expect((await refused({ secret: 'mine' })).slice(0, 2)).toEqual([400, 'secret']);
  });

  it('PATCH sets, clears and leaves alone, and takes what GET gave', async () => {
    const { secret: _, ...made } = await create({ environments: ['staging'], events: ['flag.*'] });
    const path = `${webhooks}/${made.id}`;
    const patched = await api.must(
      'PATCH',
      path,
      { environments: null, format: 'slack' },
      { 'if-match': '"1"' },
    );
    expect(patched).toEqual({ ...made, environments: null, format: 'slack', revision: 2 });
    expect(await api.must('PATCH', path, patched, anyRevision)).toEqual(patched);
    expect(await refusal('PATCH', path, { name: 'X' }, { 'if-match': '"1"' })).toEqual([
      412,
      'stale_revision',
      expect.any(String),
    ]);
    expect((await api.call('PATCH', path, { name: 'X' })).body.code).toBe('revision_required');
    expect((await refusal('PATCH', path, { url: 'http://[fe80::1]/' })).slice(0, 2)).toEqual([422, 'url']);
    expect((await refusal('PATCH', path, { environments: ['none'] })).slice(0, 2)).toEqual([
      422,
      'environments[0]',
    ]);
  });

  it('POST …/rotate gives a new secret, beside which the old one signs until the grace ends', async () => {
    const made = await create();
    const rotated = await api.must('POST', `${webhooks}/${made.id}/rotate`, { graceSeconds: 3_600 });
    expect(rotated).toMatchObject({ revision: 2, oldSecretUntil: '2030-01-01T01:00:00.000Z' });
    expect(rotated.secret).toMatch(/^fauna_whs_/);
    expect(rotated.secret).not.toBe(made.secret);
    clock = new Date('2030-01-01T01:00:00.000Z');
    expect(await api.must('GET', `${webhooks}/${made.id}`)).toMatchObject({ oldSecretUntil: null });
    clock = new Date('2030-01-01T00:00:00.000Z');
    expect(
      (await refusal('POST', `${webhooks}/${made.id}/rotate`, { graceSeconds: 1e9 })).slice(0, 2),
    ).toEqual([400, 'graceSeconds']);
  });

  it('POST with an Idempotency-Key makes one, and answers its secret again', async () => {
    const body = { name: 'Once', url: 'https://example.com/' };
    const again = () => api.must('POST', webhooks, body, { 'idempotency-key': 'once' });
    const made = await again();
    expect(await again()).toEqual(made);
    expect((await api.must('GET', `${webhooks}?query=ONCE`)).items).toHaveLength(1);
  });

  it('DELETE takes one away with its log', async () => {
    const { id } = await create();
    expect((await api.call('DELETE', `${webhooks}/${id}`)).status).toBe(428);
    expect((await api.call('DELETE', `${webhooks}/${id}`, undefined, anyRevision)).status).toBe(204);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/deliveries'],
      ['POST', '/test'],
      ['PATCH', ''],
      ['DELETE', ''],
    ] as const)
      expect((await api.call(method, `${webhooks}/${id}${path}`, undefined, anyRevision)).status).toBe(404);
  });

  it('are found in their own project only, and not by what is no id', async () => {
    const { id } = await create();
    for (const path of [`/projects/other/webhooks/${id}`, `${webhooks}/${randomUUID()}`, `${webhooks}/hook`])
      expect((await refusal('GET', path))[0]).toBe(404);
    expect((await refusal('POST', `${webhooks}/${id}/deliveries/${randomUUID()}/redeliver`))[0]).toBe(404);
    expect((await refusal('POST', `${webhooks}/${id}/deliveries/none/redeliver`))[0]).toBe(404);
  });

  it('are listed in the order they were made, searched by name, and paged', async () => {
    const names = async (query: string) =>
      (await api.must('GET', `${webhooks}${query}`)).items.map(({ name }: { name: string }) => name);
    await create({ name: 'Night shift' });
    expect(await names('?query=NIGHT')).toEqual(['Night shift']);
    const first = await api.must('GET', `${webhooks}?limit=2`);
    const rest = await api.must('GET', `${webhooks}?cursor=${first.nextCursor}`);
    expect([...first.items, ...rest.items]).toEqual((await api.must('GET', webhooks)).items);
    expect((await api.call('GET', `${webhooks}?cursor=eA`)).status).toBe(400);
  });

  it('are in the audit trail without their secrets, and of their addresses only the origin', async () => {
    const made = await create({ url: 'https://hooks.example.com/services/T0/B0/token' });
    await api.must(
      'PATCH',
      `${webhooks}/${made.id}`,
      { url: 'https://hooks.example.com/services/T1' },
      anyRevision,
    );
    const rotated = await api.must('POST', `${webhooks}/${made.id}/rotate`, { graceSeconds: 60 });
    await api.must('DELETE', `${webhooks}/${made.id}`, undefined, anyRevision);
    const { items } = await api.must('GET', `/projects/demo/audit?entity=webhook:${made.id}`);
    expect(items.map(({ action }: { action: string }) => action)).toEqual([
      'webhook.delete',
      'webhook.rotate',
      'webhook.update',
      'webhook.create',
    ]);
    const [, , update] = items;
    expect(update.before.url).toMatch(/^https:\/\/hooks\.example\.com\/…[0-9a-f]{8}$/);
    expect(update.after.url).not.toBe(update.before.url);
    for (const secret of [made.secret, rotated.secret, 'services', 'sealed'])
      expect(JSON.stringify(items)).not.toContain(secret);
  });

  it('change no ruleset', async () => {
    const versions = async () =>
      ((await api.asOwner('SELECT version FROM environments ORDER BY id')) as { rows: unknown[] }).rows;
    const before = await versions();
    api.nudges.length = 0;
    const { id } = await create();
    await api.must('PATCH', `${webhooks}/${id}`, { enabled: false }, anyRevision);
    await api.must('DELETE', `${webhooks}/${id}`, undefined, anyRevision);
    expect([await versions(), api.nudges]).toEqual([before, []]);
  });

  it('are 20 at most in a project', async () => {
    const { items } = await api.must('GET', webhooks);
    for (let there = items.length; there < 19; there += 1) await create();
    const body = { name: 'Hook', url: 'https://example.com/hook' };
    const answers = await Promise.all(
      Array.from({ length: 4 }, async () => (await api.call('POST', webhooks, body)).status),
    );
    expect(answers.sort()).toEqual([201, 422, 422, 422]);
    expect(await refusal('POST', webhooks, { name: 'One more', url: 'https://example.com/' })).toEqual([
      422,
      'unprocessable',
      'Cannot create webhook "One more": project "demo" has 20; delete one first',
    ]);
  });
});

describe('POST …/webhooks/{id}/test', () => {
  const at = (more: object = {}) =>
    api.must('POST', '/projects/other/webhooks', {
      name: 'Tested',
      url: `http://127.0.0.1:${receiver.port}/hook`,
      ...more,
    });

  it('sends a test at once, to a disabled one too, and answers how it went', async () => {
    const { id } = await at({ enabled: false });
    const delivery = await api.must('POST', `/projects/other/webhooks/${id}/test`);
    expect(delivery).toMatchObject({
      event: 'test',
      seq: null,
      status: 'delivered',
      tries: 1,
      nextTryAt: null,
      httpStatus: 200,
      reason: null,
    });
    const request = receiver.received.at(-1);
    expect(request?.headers).toMatchObject({ 'fauna-event': 'test', 'fauna-delivery': delivery.id });
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      id: delivery.id,
      type: 'test',
      actor: 'admin-token',
      entity: { kind: 'webhook', key: id },
    });
    expect((await api.must('GET', `/projects/other/webhooks/${id}/deliveries`)).items).toEqual([delivery]);
    expect(
      (await refusal('POST', `/projects/other/webhooks/${id}/deliveries/${delivery.id}/redeliver`))[2],
    ).toBe('Cannot redeliver: webhook "Tested" is disabled; enable it first');
    await api.must('PATCH', `/projects/other/webhooks/${id}`, { enabled: true }, anyRevision);
    expect(
      (await refusal('POST', `/projects/other/webhooks/${id}/deliveries/${delivery.id}/redeliver`))[2],
    ).toBe('Cannot redeliver a test: send a new one');
  });

  it('tells a failure, without what the target has said, and holds it against nobody', async () => {
    receiver.answer = (response) => void response.writeHead(500).end('stack trace of the target');
    const { id } = await at();
    const { status, body } = await api.call('POST', `/projects/other/webhooks/${id}/test`);
    receiver.answer = (response) => void response.end();
    expect([status, body]).toMatchObject([
      200,
      { status: 'failed', httpStatus: 500, reason: 'it was answered with 500' },
    ]);
    expect(JSON.stringify(body)).not.toContain('stack trace');
    expect(await api.must('GET', `/projects/other/webhooks/${id}`)).toMatchObject({
      state: 'active',
      failures: 0,
    });
  });

  it('tells what kept it from being sent', async () => {
    const { id } = await at({ url: 'http://nothing.invalid/' });
    expect(await api.must('POST', `/projects/other/webhooks/${id}/test`)).toMatchObject({
      status: 'failed',
      httpStatus: null,
      reason: expect.stringMatching('the name cannot be looked up'),
    });
  });

  it('refuses a webhook more than 20 tests within ten minutes', async () => {
    const { id } = await at();
    const path = `/projects/other/webhooks/${id}/test`;
    for (let tests = 0; tests < 20; tests += 1) await api.must('POST', path);
    const refused = await api.call('POST', path);
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      429,
      'rate_limited',
      'Cannot test webhook "Tested": it was tested 20 times within ten minutes',
    ]);
    expect(refused.headers.get('retry-after')).toBe('600');
    expect((await api.must('GET', `/projects/other/webhooks/${id}/deliveries`)).items).toHaveLength(20);
    clock = new Date(clock.getTime() + 600_000);
    await api.must('POST', path);
  });
});
