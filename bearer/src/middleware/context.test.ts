import { flag, ruleset } from '@fauna-flags/core/testing';
import { describe, expect, it } from 'vitest';
import { problemOf, valueIn } from '../testing/answers.ts';
import { type BearerWorld, bearerWorld } from '../testing/bearer-world.ts';
import { environmentId, registryOf, serverKey } from '../testing/documents.ts';
import { FrameReader } from '../testing/frame-reader.ts';
import { signClaims } from '../testing/node-sign-claims.ts';

const secret = { kid: 's1', secret: Buffer.alloc(32, 3).toString('base64url') };
const rules = ruleset(
  flag('discount')
    .on()
    .rule('pro', { attribute: 'plan', operator: 'equals', values: ['pro'] })
    .serve('off'),
  flag('who')
    .on()
    .rule('ada', { attribute: 'key', operator: 'equals', values: ['ada'] })
    .serve('off'),
  flag('german')
    .on()
    .rule('de', { attribute: 'locale', operator: 'equals', values: ['de'] })
    .serve('off'),
  { attributes: { plan: 'string', locale: 'string' } },
);

/** A bearer whose environment has a secret, and demands signatures where a list of what needs none is given. */
function world(unsignedAttributes?: readonly string[]): Promise<BearerWorld> {
  const policy =
    unsignedAttributes === undefined
      ? {}
      : { contextPolicies: { [environmentId]: { unsignedAttributes: [...unsignedAttributes] } } };
  return bearerWorld({
    ruleset: rules,
    registry: { ...registryOf(), contextSecrets: { [environmentId]: [secret] }, ...policy },
  });
}

const signedAt = (now: number, ctx: Record<string, unknown>) =>
  signClaims({ ctx, env: 'production', exp: now / 1_000 + 60, kid: secret.kid }, secret.secret);

describe('a signed context (S-13)', () => {
  it('wins over what is merely said', async () => {
    const { post, clock } = await world();
    const signedContext = signedAt(clock.now(), { key: 'ada', plan: 'pro' });
    const context = { key: 'eve', targetingKey: 'eve', plan: 'free', locale: 'de' };
    const answer = () => post('/connect/client', { context, signedContext });
    expect(await valueIn(await answer(), 'discount')).toBe(true);
    expect(await valueIn(await answer(), 'who')).toBe(true);
    expect(await valueIn(await answer(), 'german')).toBe(true);
  });

  it('is not asked for where the environment does not demand it, but must hold where it is shown', async () => {
    const { post, clock } = await world();
    expect(await valueIn(await post('/connect/client', { context: { plan: 'pro' } }), 'discount')).toBe(true);
    const late = signedAt(clock.now() - 120_000, { plan: 'pro' });
    for (const signedContext of [late, 'v1.x.y', 7, {}]) {
      const response = await post('/connect/client', { context: {}, signedContext });
      expect([response.status, (await problemOf(response)).code]).toEqual([403, 'context_refused']);
    }
  });

  it('is all that counts where the environment demands it, but for attributes that everybody may choose', async () => {
    const { post, clock } = await world(['locale']);
    const missing = await post('/connect/client', { context: { key: 'ada', plan: 'pro' } });
    expect([missing.status, (await problemOf(missing)).code]).toEqual([403, 'context_refused']);
    const signedContext = signedAt(clock.now(), { key: 'eve' });
    const context = { key: 'ada', targetingKey: 'ada', plan: 'pro', locale: 'de' };
    const response = () => post('/connect/client', { context, signedContext });
    expect(await valueIn(await response(), 'discount')).toBe(false);
    expect(await valueIn(await response(), 'who')).toBe(false);
    expect(await valueIn(await response(), 'german')).toBe(true);
  });

  it('opens streams, and stays in the handle that a native EventSource opens one with', async () => {
    const { post, clock, request, streamClient } = await world([]);
    const signedContext = signedAt(clock.now(), { plan: 'pro' });
    await expect(streamClient({ plan: 'pro' })).rejects.toThrow('403');
    expect((await post('/stream/client', { signedContext })).status).toBe(200);
    const { stream } = (await (
      await post('/connect/client', { context: { plan: 'free' }, signedContext, handle: true })
    ).json()) as { stream: { url: string } };
    const opened = await request(stream.url);
    const first = await new FrameReader(opened.body).next();
    expect(first?.data).toMatchObject({ flags: { discount: { value: true } } });
  });

  it('is what a handle must hold from the moment on at which the environment demands it', async () => {
    const { post, request, publishKeys } = await world();
    const claimed = await post('/connect/client', { context: { plan: 'pro' }, handle: true });
    const { stream } = (await claimed.json()) as { stream: { url: string } };
    const opened = await request(stream.url);
    expect(opened.status).toBe(200);
    await opened.body?.cancel();
    await publishKeys({
      ...registryOf(),
      contextSecrets: { [environmentId]: [secret] },
      contextPolicies: { [environmentId]: { unsignedAttributes: [] } },
    });
    expect((await request(stream.url)).status).toBe(401);
  });

  it('is a member of the context for OpenFeature, whose bodies have no other room', async () => {
    const { post, clock } = await world([]);
    const path = '/ofrep/v1/evaluate/flags/discount';
    const refused = await post(path, { context: { plan: 'pro' } });
    expect([refused.status, await refused.json()]).toEqual([
      403,
      expect.objectContaining({ key: 'discount', code: 'context_refused', metadata: {} }),
    ]);
    const signedContext = signedAt(clock.now(), { plan: 'pro' });
    expect(await (await post(path, { context: { plan: 'free', signedContext } })).json()).toMatchObject({
      value: true,
    });
  });

  it('is not demanded of server keys, whose holders know every rule', async () => {
    const { request } = await world([]);
    const response = await request('/ofrep/v1/evaluate/flags/discount', {
      method: 'POST',
      headers: { authorization: `Bearer ${serverKey}` },
      body: JSON.stringify({ context: { plan: 'pro' } }),
    });
    expect(await response.json()).toMatchObject({ value: true });
  });

  it('is judged by the bounds of every context', async () => {
    const { post, clock } = await world();
    const signedContext = signedAt(clock.now(), { text: 'x'.repeat(5_000) });
    const response = await post('/connect/client', { signedContext });
    expect((await problemOf(response)).detail).toContain('text is longer than 4096 characters');
  });
});
