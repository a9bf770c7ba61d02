import { createServerClient } from '@fauna-flags/node';
import { Hono } from 'hono';
import { deliveries, deliveryOf } from '../shop/order.ts';
import type { PageState } from '../shop/page-state.ts';
import { type Price, priceOf } from '../shop/price.ts';
import { type Shopper, shopperOf, shoppers } from '../shop/shoppers.ts';
import { createBuiltFiles } from './built-files.ts';
import { notBuiltPage, renderPage } from './page-html.tsx';
import { createPriceStreams } from './price-streams.ts';
import { problem } from './problem.ts';

/** Where the shop finds Fauna, and as whom. */
export interface CheckoutOptions {
  /** Fauna's base URL, as this server reaches it. */
  readonly url: string;
  /** A client key: it is public, and goes to browsers. */
  readonly clientKey: string;
  /** A server key of the same environment: it stays here. */
  readonly serverKey: string;
  /** Fauna's base URL, as browsers reach it; where the page came from when absent. */
  readonly publicUrl?: string;
  /** The project of the flags, for the link to the dashboard; `sample` when absent. */
  readonly project?: string;
}

/** The shop: everything under `/example`. */
export interface Checkout {
  fetch(request: Request): Promise<Response>;
  /** Ends open streams and the connection to Fauna. */
  close(): Promise<void>;
}

/** A shop would rather show its full price than nothing, so it waits no longer than this for its first flags. */
const initTimeoutMs = 1_500;

/** Opens the shop. It connects to Fauna at once, and answers whether Fauna is there or not. Throws on a url that is none. */
export function createCheckout({
  url,
  clientKey,
  serverKey,
  publicUrl = '',
  project = 'sample',
}: CheckoutOptions): Checkout {
  const connectSources = publicUrl === '' ? [] : [new URL(publicUrl).origin];
  const flags = createServerClient({ url, key: serverKey, initTimeoutMs });
  const files = createBuiltFiles();

  /** The one line that decides a price: evaluated here, on attributes that never come from the browser. */
  function priceFor(shopper: Shopper, delivery: string | undefined): Price {
    const discountPercent = flags.get('student-discount', shopper.context, 0);
    return priceOf({ delivery: deliveryOf(delivery), discountPercent });
  }

  /** What a browser would be told of its one flag. Only what browsers may see goes out: never the rule. */
  function bootstrapFor({ context }: Shopper): PageState['fauna']['bootstrap'] {
    const googlePay = flags.all(context)['google-pay'];
    const { position } = flags.status;
    if (googlePay === undefined || !('value' in googlePay)) return undefined;
    const { value, variation, reason } = googlePay;
    return {
      flags: { 'google-pay': { value, variation, reason } },
      ...(position !== undefined && { position }),
    };
  }

  const prices = createPriceStreams();
  flags.on('change', ({ changed }) => {
    if (changed.includes('student-discount')) prices.refresh();
  });

  const shop = new Hono({ strict: false }).basePath('/example');

  shop.get('/', async (c) => {
    const entry = await files.entry();
    if (entry === undefined) return notBuiltPage();
    await flags.ready();
    const shopper = shopperOf(c.req.query('user'));
    // The first HTML shows the flag as it is, and the browser's client begins with it: no button appears late.
    const bootstrap = bootstrapFor(shopper);
    return renderPage({
      entry,
      connectSources,
      page: {
        shopperId: shopper.id,
        price: priceFor(shopper, undefined),
        fauna: {
          url: publicUrl,
          key: clientKey,
          ...(bootstrap && { bootstrap }),
        },
        flagPage: `${publicUrl.replace(/\/+$/, '')}/projects/${project}/flags/google-pay?environment=production`,
      },
    });
  });

  shop.get('/price', async (c) => {
    const { user, delivery } = c.req.query();
    const shopper = shoppers.find(({ id }) => id === user);
    if (shopper === undefined || !deliveries.some(({ id }) => id === delivery)) {
      return problem(404, 'Cannot find this price: it wants "user" and "delivery" by their ids');
    }
    await flags.ready();
    return prices.open(() => priceFor(shopper, delivery));
  });

  shop.get('/assets/:name', (c) => files.read(c.req.param('name')));
  shop.notFound((c) => problem(404, `Cannot find ${c.req.method} ${c.req.path}`));
  shop.onError(() => problem(500, 'Cannot answer: something unexpected happened'));

  return {
    fetch: async (request) => shop.fetch(request),
    async close() {
      prices.close();
      await flags.close();
    },
  };
}
