/** @jsxRuntime automatic */

import { money } from '../shop/money.ts';
import { type Delivery, deliveries } from '../shop/order.ts';

/** Where the books go, and how fast. */
export function DeliveryChoice({
  delivery,
  onDelivery,
}: {
  readonly delivery: Delivery;
  readonly onDelivery: (delivery: Delivery) => void;
}) {
  return (
    <section className="card" aria-labelledby="delivery">
      <h2 id="delivery">Delivery</h2>
      <div className="options" role="radiogroup" aria-labelledby="delivery">
        {deliveries.map((one) => (
          <label key={one.id} className="option">
            <input
              type="radio"
              name="delivery"
              value={one.id}
              checked={one.id === delivery.id}
              onChange={() => onDelivery(one)}
            />
            <span className="option-name">
              {one.name} <span className="muted">{one.time}</span>
            </span>
            <span className="amount">{money(one.cents)}</span>
          </label>
        ))}
      </div>
    </section>
  );
}
