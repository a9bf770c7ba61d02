import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { money } from './money.ts';
import { deliveryOf } from './order.ts';
import { priceOf } from './price.ts';

describe('priceOf()', () => {
  it('takes the percentage off the books and not off the delivery', () => {
    expect(priceOf({ delivery: deliveryOf('express'), discountPercent: 15 })).toEqual({
      subtotalCents: 5_500,
      discountPercent: 15,
      discountCents: 825,
      deliveryCents: 1_200,
      totalCents: 5_875,
    });
  });

  it('never pays anybody for shopping, and never charges more than the full price, whatever the flag serves', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (discountPercent) => {
        const price = priceOf({ delivery: deliveryOf('standard'), discountPercent });
        expect(Number.isInteger(price.totalCents)).toBe(true);
        expect(price.totalCents).toBeGreaterThanOrEqual(400);
        expect(price.totalCents).toBeLessThanOrEqual(5_900);
      }),
    );
  });
});

describe('money()', () => {
  it('writes dollars, and a minus sign that is none of a hyphen', () => {
    expect([money(5_075), money(-825), money(0)]).toEqual(['$50.75', '\u2212$8.25', '$0.00']);
  });
});
