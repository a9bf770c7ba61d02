import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '../../../test/support/api.ts';
import { idempotentAnswers } from '../../platform/database/index.ts';

let api: TestApi;
let clock = new Date('2030-01-01T00:00:00.000Z');
beforeAll(async () => {
  api = await createTestApi(() => clock);
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
});
afterAll(() => api.close());

const flags = '/projects/demo/flags';
const sdkKeys = '/projects/demo/environments/production/sdk-keys';
const flag = (key: string) => ({ key, name: key, kind: 'boolean' });
const once = (key: string) => ({ 'idempotency-key': key });

describe('Idempotency-Key', () => {
  it('does a POST once however often it is sent, and gives the same answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => api.call('POST', flags, flag('once'), once('a'))),
    );
    const [first] = answers;
    expect(first?.status).toBe(201);
    for (const { status, headers, body } of answers) {
      expect([status, headers.get('etag'), body]).toEqual([201, '"1"', first?.body]);
    }
    expect((await api.call('POST', flags, flag('once'), once('b'))).body.code).toBe('key_taken');
    const { items } = await api.must('GET', '/projects/demo/audit?entity=flag:once');
    expect(items.length).toBe(1);
  });

  it('makes one project, one SDK key and one toggle of several requests', async () => {
    const project = () => api.must('POST', '/projects', { key: 'twice', name: 'Twice' }, once('p'));
    expect(await project()).toEqual(await project());
    const key = () =>
      api.must('POST', sdkKeys, { name: 'K', kind: 'server' }, once('0a4c4e5e-7f1f-4a3c-8a55-0a6d8d6b4a11'));
    const made = await key();
    expect(await key()).toEqual(made);
    expect((await api.must('GET', sdkKeys)).items.length).toBe(1);
    const toggle = `${flags}/once/environments/production/toggle`;
    const on = await api.must('POST', toggle, { enabled: true }, once('t'));
    await api.must('POST', toggle, { enabled: false });
    expect(await api.must('POST', toggle, { enabled: true }, once('t'))).toEqual(on);
    expect((await api.must('GET', `${flags}/once/environments/production`)).enabled).toBe(false);
  });

  it('keeps the text of a server key where nobody can read it without the key', async () => {
    const { key } = await api.must('POST', sdkKeys, { name: 'S', kind: 'server' }, once('secret'));
    const rows = await api.database.read.select().from(idempotentAnswers);
    const stored = rows
      .map(({ sealed, ...row }) => Buffer.from(sealed).toString('latin1') + JSON.stringify(row))
      .join();
    expect(rows.length).toBeGreaterThan(3);
    expect(stored).not.toContain(key);
    expect(stored).not.toContain('secret');
  });

  it('refuses the key for another request, and one that is none', async () => {
    await api.must('POST', flags, flag('first'), once('reused'));
    expect((await api.call('POST', flags, flag('second'), once('reused'))).body).toMatchObject({
      status: 422,
      code: 'unprocessable',
    });
    expect((await api.call('POST', `${flags}/first/archive`, undefined, once('reused'))).status).toBe(422);
    expect((await api.call('POST', flags, flag('third'), once('with space'))).body).toMatchObject({
      status: 400,
      code: 'invalid',
    });
  });

  it('remembers no request that was refused, so that it can be mended and sent again', async () => {
    expect((await api.call('POST', flags, { ...flag('mended'), variations: [] }, once('m'))).status).toBe(
      422,
    );
    expect((await api.call('POST', flags, flag('mended'), once('m'))).status).toBe(201);
  });

  it('forgets after a day', async () => {
    await api.must('POST', flags, flag('daily'), once('d'));
    clock = new Date(clock.getTime() + 25 * 60 * 60 * 1_000);
    expect((await api.call('POST', flags, flag('daily'), once('d'))).body.code).toBe('key_taken');
    await api.must('POST', flags, flag('fresh'), once('e'));
    expect((await api.database.read.select().from(idempotentAnswers)).length).toBe(1);
  });
});
