import { useEffect, useState } from 'react';
import type { Delivery } from '../shop/order.ts';
import type { Price } from '../shop/price.ts';
import type { Shopper } from '../shop/shoppers.ts';
import { followPrice } from './follow-price.ts';

/**
 * The price of now. It begins with the one that the page was rendered with, and follows the server: another shopper,
 * another delivery, or a switch of the discount that only the server knows of. The last price stays until the next is in.
 */
export function usePrice({
  firstPrice,
  shopper,
  delivery,
}: {
  readonly firstPrice: Price;
  readonly shopper: Shopper;
  readonly delivery: Delivery;
}): Price {
  const [price, setPrice] = useState(firstPrice);
  useEffect(
    () => followPrice({ user: shopper.id, delivery: delivery.id, onPrice: setPrice }),
    [shopper.id, delivery.id],
  );
  return price;
}
