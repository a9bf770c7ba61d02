import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deliveryOf } from '../shop/order.ts';
import { priceOf } from '../shop/price.ts';
import { createPriceStreams, type PriceStreams } from './price-streams.ts';

const priceAt = (discountPercent: number) => priceOf({ delivery: deliveryOf('standard'), discountPercent });
const eventAt = (discountPercent: number) =>
  `event: price\ndata: ${JSON.stringify(priceAt(discountPercent))}\n\n`;

describe('createPriceStreams()', () => {
  let prices: PriceStreams;
  beforeEach(() => {
    vi.useFakeTimers();
    prices = createPriceStreams();
  });
  afterEach(() => {
    prices.close();
    vi.useRealTimers();
  });

  function open(price: () => ReturnType<typeof priceAt>) {
    const reader = prices.open(price).body?.getReader();
    if (reader === undefined) throw new Error('No stream');
    const decoder = new TextDecoder();
    return {
      next: async () => {
        const { done, value } = await reader.read();
        return done ? undefined : decoder.decode(value);
      },
      cancel: () => reader.cancel(),
    };
  }

  it('tells the price of now, then every other one, and none twice', async () => {
    let percent = 15;
    const stream = open(() => priceAt(percent));
    const same = open(() => priceAt(0));
    expect([await stream.next(), await same.next()]).toEqual([eventAt(15), eventAt(0)]);
    prices.refresh();
    percent = 20;
    prices.refresh();
    expect(await stream.next()).toBe(eventAt(20));
    prices.close();
    expect([await stream.next(), await same.next()]).toEqual([undefined, undefined]);
  });

  it('says now and then that it is still there, and nothing when nobody listens', async () => {
    const stream = open(() => priceAt(15));
    await stream.next();
    vi.advanceTimersByTime(25_000);
    expect(await stream.next()).toMatch(/^:/);
    await stream.cancel();
    expect(vi.getTimerCount()).toBe(0);
    prices.refresh();
  });

  it('lets go of a page that reads nothing any more', async () => {
    let percent = 0;
    const stream = open(() => priceAt(percent));
    for (percent = 1; percent <= 40; percent += 1) prices.refresh();
    let read = 0;
    while ((await stream.next()) !== undefined) read += 1;
    expect(read).toBeLessThan(25);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('turns away whoever comes when too many watch, until one leaves', async () => {
    const streams = Array.from({ length: 500 }, () => open(() => priceAt(0)));
    const refused = prices.open(() => priceAt(0));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    await streams[0]?.cancel();
    expect(prices.open(() => priceAt(0)).status).toBe(200);
  });
});
