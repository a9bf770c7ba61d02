import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestApi, createTestApp, type TestApi } from '../../../test/support/api.ts';
import { createOwner, visitor } from '../../../test/support/visitor.ts';

let api: TestApi;
beforeEach(async () => {
  api = await createTestApi();
});
afterEach(async () => {
  for (const name of Object.keys(foreign)) delete process.env[name];
  await api.close();
});

const foreign = {
  BETTER_AUTH_SECRETS: '7:a-secret-that-stands-in-the-environment',
  BETTER_AUTH_TELEMETRY: '1',
  BETTER_AUTH_TELEMETRY_ENDPOINT: 'http://127.0.0.1:1',
} as const;

describe('createAuth()', () => {
  it('signs cookies with our secret and reports to nobody, whatever better-auth finds in the environment', async () => {
    const cookie = await createOwner(api);
    Object.assign(process.env, foreign);
    const { app } = createTestApp(api.database);
    for (const name of Object.keys(foreign)) expect([name, process.env[name]]).toEqual([name, undefined]);
    expect((await visitor({ app }).call('GET', '/session', undefined, { cookie })).status).toBe(200);
  });
});
