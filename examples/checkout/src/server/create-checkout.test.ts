import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Checkout, createCheckout } from './create-checkout.ts';

// What the shop does with a Fauna that answers is tested beside the manager, which has one.
describe('createCheckout() while Fauna cannot be reached', () => {
  let checkout: Checkout;
  beforeEach(() => {
    checkout = createCheckout({
      url: 'http://127.0.0.1:9',
      clientKey: 'fauna_cli_1',
      serverKey: 'fauna_srv_1',
    });
  });
  afterEach(() => checkout.close());
  const get = (path: string) => checkout.fetch(new Request(`http://shop${path}`));

  it('asks the full price', async () => {
    const answer = await get('/example/price?user=washington-student&delivery=express');
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const { value } = (await answer.body?.getReader().read()) ?? {};
    expect(new TextDecoder().decode(value)).toContain(
      '"discountCents":0,"deliveryCents":1200,"totalCents":6700',
    );
  });

  it('knows no other path, person or delivery', async () => {
    for (const path of [
      '/example/nothing',
      '/elsewhere',
      '/example/assets/nothing.js',
      '/example/assets/..%2f..%2fpackage.json',
      '/example/price',
      '/example/price?user=__proto__&delivery=standard',
      '/example/price?user=washington-student&delivery=teleport',
    ]) {
      const answer = await get(path);
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        404,
        'application/problem+json',
      ]);
      expect(await answer.json()).toMatchObject({ status: 404, code: 'not_found' });
    }
  });

  it('ends the open prices when it is closed', async () => {
    const answer = await get('/example/price?user=washington-student&delivery=standard');
    const reader = answer.body?.getReader();
    await reader?.read();
    await checkout.close();
    expect(await reader?.read()).toMatchObject({ done: true });
  });
});
