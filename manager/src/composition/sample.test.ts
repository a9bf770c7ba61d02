import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../test/support/api.ts';
import { ensureKeyRegistry, type WriteDeps } from '../features/publishing/index.ts';
import { putInSample, readSampleKeys } from './sample.ts';

const washington = { key: 'u1', state: 'Washington', student: true };
const california = { key: 'u2', state: 'California', student: false };
const newYork = { key: 'u3', state: 'New York' };
const newYorkStudent = { key: 'u4', state: 'New York', student: true };

describe('the sample project', () => {
  let api: TestApi;
  let directory: string;
  let deps: WriteDeps;
  const put = () => putInSample({ deps, directory });
  const production = '/projects/sample/environments/production';

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fauna-sample-'));
    api = await createTestApi();
    deps = {
      database: api.database,
      now: () => new Date(),
      randomBytes: (size) => randomBytes(size),
      onCommit: () => {},
    };
    await ensureKeyRegistry(deps);
  });
  afterEach(async () => {
    await api.close();
    await rm(directory, { recursive: true });
  });

  it('gives Google Pay to students on the west coast, and its price to every student', async () => {
    await put();
    const valuesOf = async (context: object) => {
      const { flags } = await api.must('POST', `${production}/evaluate`, { context });
      return [flags['google-pay'].value, flags['student-discount'].value];
    };
    expect(await valuesOf(washington)).toEqual([true, 15]);
    expect(await valuesOf(california)).toEqual([false, 0]);
    expect(await valuesOf(newYork)).toEqual([false, 0]);
    expect(await valuesOf(newYorkStudent)).toEqual([false, 15]);
    for (const flag of ['google-pay', 'student-discount']) {
      await api.must('POST', `/projects/sample/flags/${flag}/environments/production/toggle`, {
        enabled: false,
      });
    }
    expect(await valuesOf(washington)).toEqual([false, 0]);
  });

  it('shows the discount to no browser', async () => {
    await put();
    const { items } = await api.must('GET', '/projects/sample/flags');
    const visible = items.map((flag: { key: string; clientVisible: boolean }) => [
      flag.key,
      flag.clientVisible,
    ]);
    expect(Object.fromEntries(visible)).toEqual({ 'google-pay': true, 'student-discount': false });
  });

  it('is put in once: what people changed or deleted stays as they left it', async () => {
    await put();
    const keys = await readSampleKeys({ deps, directory });
    await api.must('POST', '/projects/sample/flags/google-pay/environments/production/toggle', {
      enabled: false,
    });
    await api.must('POST', '/projects/sample/flags/student-discount/environments/production/toggle', {
      enabled: false,
    });
    await api.must('POST', '/projects/sample/flags/student-discount/archive', undefined, anyRevision);
    await api.must('DELETE', '/projects/sample/flags/student-discount', undefined, anyRevision);
    await put();
    const { items } = await api.must('GET', '/projects/sample/flags');
    expect(items.map(({ key }: { key: string }) => key)).toEqual(['google-pay']);
    const configuration = await api.must('GET', '/projects/sample/flags/google-pay/environments/production');
    expect(configuration.enabled).toBe(false);
    expect(await readSampleKeys({ deps, directory })).toEqual(keys);
  });

  it('is finished by the next start when one was cut short', async () => {
    let writesLeft = 6;
    const cutShort: WriteDeps = {
      ...deps,
      onCommit: () => {
        writesLeft -= 1;
        if (writesLeft === 0) throw new Error('power cut');
      },
    };
    await expect(putInSample({ deps: cutShort, directory })).rejects.toThrow('power cut');
    await put();
    const keys = await readSampleKeys({ deps, directory });
    expect(keys).toEqual({
      clientKey: expect.stringMatching(/^fauna_cli_/),
      serverKey: expect.stringMatching(/^fauna_srv_/),
    });
    const { items } = await api.must('GET', `${production}/sdk-keys`);
    expect(items).toHaveLength(2);
  });

  it('has no key any more when it was revoked, nor when the project is gone', async () => {
    expect(await readSampleKeys({ deps, directory })).toBeUndefined();
    await put();
    const { items } = await api.must('GET', `${production}/sdk-keys`);
    const serverKeyId = items.find(({ kind }: { kind: string }) => kind === 'server').id;
    await api.must('DELETE', `${production}/sdk-keys/${serverKeyId}`, undefined, anyRevision);
    expect(await readSampleKeys({ deps, directory })).toMatchObject({ serverKey: undefined });
    await api.must('DELETE', '/projects/sample', undefined, anyRevision);
    expect(await readSampleKeys({ deps, directory })).toBeUndefined();
  });
});
