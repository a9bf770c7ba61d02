import { hydrateRoot } from 'react-dom/client';
import { CheckoutApp } from '../page/checkout-app.tsx';
import type { PageState } from '../shop/page-state.ts';
import './shop.css';

const root = document.getElementById('root');
// Data, not a program: the page's policy allows no script that stands in it.
const state = document.getElementById('page-state')?.textContent;
if (root !== null && state) {
  const page: PageState = JSON.parse(state);
  const fauna = { ...page.fauna, url: page.fauna.url || window.location.origin };
  hydrateRoot(root, <CheckoutApp page={{ ...page, fauna }} />);
}
