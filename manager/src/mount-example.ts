import type { Checkout } from '@fauna-flags/example-checkout';
import type { Fetch } from './platform/fetch.ts';

/** The example shop, beside Fauna on the same port. */
export interface MountedExample {
  readonly fetch: Fetch;
  /** Ends its open pages and its connection. */
  close(): Promise<void>;
}

/**
 * Opens the shop when the first visitor comes, and not before: most who run Fauna never look at it, and it brings React and
 * a connection of its own. It is an application like any other, so it reaches Fauna over HTTP.
 */
export function mountExample({
  host,
  port,
  clientKey,
  serverKey,
}: {
  readonly host: string;
  readonly port: number;
  readonly clientKey: string;
  readonly serverKey: string;
}): MountedExample {
  let opening: Promise<Checkout> | undefined;
  let isClosed = false;
  const open = async () => {
    const { createCheckout } = await import('@fauna-flags/example-checkout');
    return createCheckout({ url: ownUrl({ host, port }), clientKey, serverKey });
  };
  return {
    async fetch(request) {
      if (isClosed) return new Response(null, { status: 503, headers: { 'Retry-After': '2' } });
      opening ??= open();
      return (await opening).fetch(request);
    },
    async close() {
      isClosed = true;
      // A shop that could not open has nothing to close, and must not keep the rest from closing.
      await opening?.then(
        (checkout) => checkout.close(),
        () => undefined,
      );
    },
  };
}

/** Where this process finds itself. An address that means "all" is no address to go to. */
function ownUrl({ host, port }: { readonly host: string; readonly port: number }): string {
  if (host === '0.0.0.0') return `http://127.0.0.1:${port}`;
  if (host === '::') return `http://[::1]:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
