import { describe, expect, it } from 'vitest';
import { startingResponse } from './starting-response.ts';

describe('startingResponse()', () => {
  it('is alive and not ready', async () => {
    expect(startingResponse(new Request('http://fauna.test/healthz')).status).toBe(200);
    const answer = startingResponse(new Request('http://fauna.test/readyz'));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toMatchObject({ code: 'not_ready' });
  });

  it('lets a page on any origin read that it has to come again', () => {
    const preflight = startingResponse(
      new Request('http://fauna.test/connect/client', { method: 'OPTIONS' }),
    );
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    const answer = startingResponse(new Request('http://fauna.test/connect/client', { method: 'POST' }));
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });
});
