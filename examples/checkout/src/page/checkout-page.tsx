/** @jsxRuntime automatic */
import type { Delivery } from '../shop/order.ts';
import type { Price } from '../shop/price.ts';
import type { Shopper } from '../shop/shoppers.ts';
import { BehindThePage } from './behind-the-page.tsx';
import { DeliveryChoice } from './delivery-choice.tsx';
import { LiveChip } from './live-chip.tsx';
import { OrderSummary } from './order-summary.tsx';
import { Payment } from './payment.tsx';
import { ShopMark } from './shop-mark.tsx';
import { usePrice } from './use-price.ts';

/** The page of the shop, with the panel above it that shows what happens behind it. */
export function CheckoutPage({
  shopper,
  onShopper,
  delivery,
  onDelivery,
  firstPrice,
  flagPage,
}: {
  readonly shopper: Shopper;
  readonly onShopper: (shopper: Shopper) => void;
  readonly delivery: Delivery;
  readonly onDelivery: (delivery: Delivery) => void;
  readonly firstPrice: Price;
  readonly flagPage: string;
}) {
  const price = usePrice({ firstPrice, shopper, delivery });
  return (
    <>
      <BehindThePage shopper={shopper} onShopper={onShopper} flagPage={flagPage} />
      <header className="shop-header">
        <p className="brand">
          <ShopMark />
          Foxglove Books
        </p>
        <LiveChip />
      </header>
      <main className="shop">
        <div className="steps">
          <h1>Checkout</h1>
          <DeliveryChoice delivery={delivery} onDelivery={onDelivery} />
          <Payment totalCents={price.totalCents} shopper={shopper} />
        </div>
        <OrderSummary price={price} />
      </main>
    </>
  );
}
