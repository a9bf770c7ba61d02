import { problemBodySchema } from '@fauna-flags/protocol';
import { describe, expect, it } from 'vitest';
import { bearersElsewhere } from './bearers-elsewhere.ts';

describe('bearersElsewhere()', () => {
  const ask = (method: string) =>
    bearersElsewhere(
      new Request('http://manager/stream/client', { method, headers: { origin: 'https://shop' } }),
    );

  it('says where bearers are, to pages of any origin too', async () => {
    const answer = ask('POST');
    expect(answer.status).toBe(404);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    const problem = problemBodySchema.parse(await answer.json());
    expect(problem).toMatchObject({ code: 'not_found' });
    expect(problem.detail).toContain('npm run bearer');
  });

  it('answers preflights, so that a browser gets to read it', () => {
    const answer = ask('OPTIONS');
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-headers')).toContain('authorization');
  });
});
