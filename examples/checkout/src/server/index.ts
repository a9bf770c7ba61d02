export { type Checkout, type CheckoutOptions, createCheckout } from './create-checkout.ts';
