import { flag, ruleset } from '@fauna-flags/core/testing';
import { describe, expect, it } from 'vitest';
import { problemOf } from '../testing/answers.ts';
import { bearerWorld } from '../testing/bearer-world.ts';
import { clientKey, environmentId, serverKey } from '../testing/documents.ts';
import { prometheusMeter } from './prometheus-meter.ts';

const token = 'a-token-of-scrapers-that-is-long-enough';

async function world() {
  const meter = prometheusMeter();
  return bearerWorld({
    ruleset: ruleset(flag('pay').on()),
    deps: { meter, metrics: { token, text: (status) => meter.text(status) } },
  });
}

describe('/metrics (S-42)', () => {
  it('does not exist where no token was set', async () => {
    const { request } = await bearerWorld();
    const response = await request('/metrics', { headers: { authorization: `Bearer ${token}` } });
    expect([response.status, (await problemOf(response)).code]).toEqual([404, 'not_found']);
  });

  it('is for whoever shows its token, and no SDK key is one', async () => {
    const { request } = await world();
    for (const shown of [undefined, clientKey, serverKey, `${token}x`, '']) {
      const headers = shown === undefined ? {} : { authorization: `Bearer ${shown}` };
      expect((await request('/metrics', { headers })).status).toBe(401);
    }
  });

  it('tells of routes by their templates, and of nothing that a request carried', async () => {
    const { request, post } = await world();
    await post('/connect/client', { context: { key: 'canary-user' } });
    await post('/ofrep/v1/evaluate/flags/canary-flag', {});
    await post('/connect/canary-path', {});
    const response = await request('/metrics', { headers: { authorization: `Bearer ${token}` } });
    const text = await response.text();
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('fauna_requests_total{route="/connect/client",status="200"} 1\n');
    expect(text).toContain(
      'fauna_requests_total{route="/ofrep/v1/evaluate/flags/:key{.+}",status="404"} 1\n',
    );
    expect(text).toContain(`fauna_document_version{document="${environmentId}"} 1\n`);
    expect(text).not.toContain('canary');
  });
});
