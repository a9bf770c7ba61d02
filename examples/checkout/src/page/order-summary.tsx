/** @jsxRuntime automatic */
import { money } from '../shop/money.ts';
import { basket } from '../shop/order.ts';
import type { Price } from '../shop/price.ts';
import { BookCover } from './book-cover.tsx';
import { useNews } from './use-news.ts';

/** What is bought, and what it costs. */
export function OrderSummary({ price }: { readonly price: Price }) {
  const news = useNews(price.totalCents, (cents) => `The total is now ${money(cents)}.`);
  return (
    <aside className="card summary" aria-labelledby="order">
      <h2 id="order">Your order</h2>
      <ul className="books">
        {basket.map((book) => (
          <li key={book.id} className="book">
            <BookCover id={book.id} />
            <span>
              <span className="book-title">{book.title}</span>
              <span className="muted">{book.edition}</span>
            </span>
            <span className="amount">{money(book.cents)}</span>
          </li>
        ))}
      </ul>
      <PriceLines price={price} />
      <p className="muted note">
        Priced on the server. Browsers are told the price, and never the rule behind it.
      </p>
      <p className="visually-hidden" role="status">
        {news}
      </p>
    </aside>
  );
}

function PriceLines({ price }: { readonly price: Price }) {
  return (
    <dl className="price">
      <Line name="Subtotal" amount={money(price.subtotalCents)} />
      {price.discountPercent > 0 && (
        <Line
          name={`Student price, ${price.discountPercent}% off`}
          amount={money(-price.discountCents)}
          className="discount"
        />
      )}
      <Line name="Delivery" amount={money(price.deliveryCents)} />
      <Line name="Total" amount={money(price.totalCents)} className="total" />
    </dl>
  );
}

function Line({
  name,
  amount,
  className = '',
}: {
  readonly name: string;
  readonly amount: string;
  readonly className?: string;
}) {
  const isNew = useNews(amount, () => 'is-new');
  return (
    <div className={`line ${className}`}>
      <dt>{name}</dt>
      {/* Another amount is another element, so that its animation begins again. */}
      <dd key={amount} className={`amount ${isNew}`}>
        {amount}
      </dd>
    </div>
  );
}
