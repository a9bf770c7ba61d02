import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestApi, type TestApi } from '../../../test/support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
  await api.must('POST', '/projects', { key: 'demo', name: 'Demo' });
});
afterAll(() => api.close());

it('POST …/toggle serves a burst of writers on one environment to the last', async () => {
  await api.must('POST', '/projects/demo/flags', { key: 'burst', name: 'Burst', kind: 'boolean' });
  const path = '/projects/demo/flags/burst/environments/production/toggle';
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, index) => api.call('POST', path, { enabled: index % 2 === 0 })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
});
