import type { ClientOptions } from '@fauna-flags/client';
import type { Price } from './price.ts';

/** What the server hands to the browser with the page, so that both render the same. */
export interface PageState {
  readonly shopperId: string;
  readonly price: Price;
  /** Where the browser finds Fauna, its key (client keys are public), and what the server knew already. */
  readonly fauna: Pick<ClientOptions, 'key' | 'bootstrap'> & { readonly url: string };
  /** The page of the flag in Fauna's dashboard. */
  readonly flagPage: string;
}
