/** @jsxRuntime automatic */
import { FaunaProvider } from '@fauna-flags/react';
import { useState } from 'react';
import { deliveryOf } from '../shop/order.ts';
import type { PageState } from '../shop/page-state.ts';
import { type Shopper, shopperOf } from '../shop/shoppers.ts';
import { CheckoutPage } from './checkout-page.tsx';

/**
 * The whole application, rendered on the server first and then in the browser. The provider is all that flags need: it
 * connects in the browser, and asks for another shopper's values when `context` changes.
 */
export function CheckoutApp({ page }: { readonly page: PageState }) {
  const [shopper, setShopper] = useState(shopperOf(page.shopperId));
  const choose = (next: Shopper) => {
    setShopper(next);
    // So that a reload, or a copied link, opens the shop for the same shopper.
    window.history.replaceState(null, '', `?${new URLSearchParams({ user: next.id })}`);
  };
  const [delivery, setDelivery] = useState(deliveryOf(undefined));
  return (
    <FaunaProvider options={page.fauna} context={shopper.context}>
      <CheckoutPage
        shopper={shopper}
        onShopper={choose}
        delivery={delivery}
        onDelivery={setDelivery}
        firstPrice={page.price}
        flagPage={page.flagPage}
      />
    </FaunaProvider>
  );
}
