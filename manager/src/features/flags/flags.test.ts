import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anyRevision, createTestApi, type TestApi } from '../../../test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
});
afterAll(() => api.close());

describe('flags', () => {
  it('POST makes a boolean flag that is off everywhere', async () => {
    const flag = await api.must('POST', '/projects/demo/flags', { key: 'a', name: 'A', kind: 'boolean' });
    expect(flag.variations).toEqual([
      { key: 'on', value: true },
      { key: 'off', value: false },
    ]);
    const config = await api.must('GET', '/projects/demo/flags/a/environments/production');
    const put = await api.call('PUT', '/projects/demo/flags/a/environments/production', config, anyRevision);
    expect(put.status).toBe(200);
    const on = await api.must('POST', '/projects/demo/flags/a/environments/production/toggle', {
      enabled: true,
    });
    expect(on).toMatchObject({ enabled: true, revision: 2 });
  });
});
