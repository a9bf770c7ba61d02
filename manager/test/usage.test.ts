import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, FaunaProcess } from './support/fauna-process.ts';
import { tellGooglePayStory } from './support/google-pay.ts';

const metricsToken = 'a-token-of-scrapers-that-is-long-enough';

describe('one process', () => {
  let fauna: FaunaProcess;
  let keys: Awaited<ReturnType<typeof tellGooglePayStory>>;
  beforeAll(async () => {
    fauna = await FaunaProcess.prepare({ FAUNA_METRICS_TOKEN: metricsToken });
    await fauna.start();
    keys = await tellGooglePayStory(fauna);
  });
  afterAll(() => fauna.dispose());

  it('shows what an SDK has told, when its key was used, and counts it all in one answer', async () => {
    const to = Date.now();
    const response = await fetch(`${fauna.url}/usage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${keys.clientKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        sdk: { name: 'tests', version: '1' },
        window: { from: to - 1_000, to },
        counts: [{ flag: 'google-pay', variation: 'on', count: 12 }],
      }),
    });
    expect(response.status).toBe(204);
    const path = '/projects/demo/flags/google-pay/usage?environment=production';
    await eventually(async () => {
      const { body } = await fauna.api('GET', path);
      return (body as { readonly total: number }).total === 12;
    });
    const key = await fauna.api('GET', `/projects/demo/environments/production/sdk-keys/${keys.clientKeyId}`);
    expect(key.body).toMatchObject({ requests: 1, lastUsedAt: expect.stringMatching(/:00\.000Z$/) });

    const scrape = await fetch(`${fauna.url}/metrics`, {
      headers: { authorization: `Bearer ${metricsToken}` },
    });
    const text = await scrape.text();
    for (const line of [
      /^fauna_ready 1$/m,
      /^fauna_requests_total\{route="\/usage",status="204"\} 1$/m,
      /^fauna_manager_store_up 1$/m,
      /^fauna_manager_usage_evaluations_total\{of="flags"\} 12$/m,
      /^fauna_manager_requests_total\{route="\/projects",method="POST",status="201"\} 1$/m,
    ])
      expect(text).toMatch(line);
    expect((await fetch(`${fauna.url}/metrics`)).status).toBe(401);
  });
});
