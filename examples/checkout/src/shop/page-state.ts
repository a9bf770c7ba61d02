import type { Price } from './price.ts';

/** What the server hands to the browser with the page, so that both render the same. */
export interface PageState {
  readonly shopperId: string;
  readonly price: Price;
  readonly fauna: {
    /** Where the browser finds Fauna; empty when that is where the page came from. */
    readonly url: string;
    /** The client key. It is public. */
    readonly key: string;
    /** What the server knew of the flags that browsers may see, and where it stood. */
    readonly bootstrap?: GooglePayState;
  };
  /** The page of the flag in Fauna's dashboard. */
  readonly flagPage: string;
}

/** One flag, as a browser would have been told. */
export interface GooglePayState {
  readonly flags: {
    readonly 'google-pay': {
      readonly value: boolean;
      readonly variation: string;
      readonly reason: 'OFF' | 'PREREQUISITE_FAILED' | 'TARGET' | 'RULE' | 'SPLIT' | 'DEFAULT';
    };
  };
  readonly position?: string;
}
