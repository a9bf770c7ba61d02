import { basket, type Delivery } from './order.ts';

/** What the order costs. The server decides it; a browser only shows it. */
export interface Price {
  readonly subtotalCents: number;
  readonly discountPercent: number;
  readonly discountCents: number;
  readonly deliveryCents: number;
  readonly totalCents: number;
}

/** Adds the order up. The percentage comes from a flag that people edit, so it is held between nothing and everything. */
export function priceOf({
  delivery,
  discountPercent,
}: {
  readonly delivery: Delivery;
  readonly discountPercent: number;
}): Price {
  const percent = Math.min(100, Math.max(0, discountPercent));
  const subtotalCents = basket.reduce((sum, { cents }) => sum + cents, 0);
  const discountCents = Math.round((subtotalCents * percent) / 100);
  return {
    subtotalCents,
    discountPercent: percent,
    discountCents,
    deliveryCents: delivery.cents,
    totalCents: subtotalCents - discountCents + delivery.cents,
  };
}
