/** @jsxRuntime automatic */
import { useFlag } from '@fauna-flags/react';
import { type FormEvent, useRef, useState } from 'react';
import { money } from '../shop/money.ts';
import type { Shopper } from '../shop/shoppers.ts';
import { Reveal } from './reveal.tsx';
import { useNews } from './use-news.ts';

/** The ways to pay. One of them is behind a flag. */
export function Payment({ totalCents, shopper }: { readonly totalCents: number; readonly shopper: Shopper }) {
  const showsGooglePay = useFlag('google-pay', false);
  const [paidWith, setPaidWith] = useState<string>();
  const news = useNews(showsGooglePay, (isShown) =>
    isShown ? 'Google Pay is available now.' : 'Google Pay is no longer available.',
  );
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <section className="card payment" aria-labelledby="payment">
      <h2 id="payment" ref={heading} tabIndex={-1}>
        Payment
      </h2>
      <div className="express">
        <Reveal isShown={showsGooglePay} onFocusLost={() => heading.current?.focus()}>
          <button type="button" className="pay google-pay" onClick={() => setPaidWith('Google Pay')}>
            Pay with <b>Google Pay</b>
          </button>
        </Reveal>
        <button type="button" className="pay wallet" onClick={() => setPaidWith('your wallet')}>
          Pay with <b>Wallet</b>
        </button>
        <p className="news" role="status">
          {news}
        </p>
      </div>
      <p className="or">
        <span>or by card</span>
      </p>
      <CardForm totalCents={totalCents} shopper={shopper} onPay={() => setPaidWith('your card')} />
      <p className="paid" role="status">
        {paidWith !== undefined &&
          `You chose ${paidWith}. This shop is an example: nothing was ordered, and nothing was charged.`}
      </p>
    </section>
  );
}

/** Filled in and read-only: nobody should type a real card number into an example. */
function CardForm({
  totalCents,
  shopper,
  onPay,
}: {
  readonly totalCents: number;
  readonly shopper: Shopper;
  readonly onPay: () => void;
}) {
  const pay = (event: FormEvent) => {
    event.preventDefault();
    onPay();
  };
  return (
    <form className="card-form" onSubmit={pay}>
      <label className="field wide">
        Card number
        <input readOnly inputMode="numeric" value="4242 4242 4242 4242" />
      </label>
      <label className="field">
        Expires
        <input readOnly value="12 / 34" />
      </label>
      <label className="field">
        Security code
        <input readOnly value="123" />
      </label>
      <label className="field wide">
        Billing state
        <input readOnly value={shopper.context.state} />
      </label>
      <button type="submit" className="pay primary wide">
        Pay {money(totalCents)}
      </button>
    </form>
  );
}
