import type { Fetch } from '../platform/fetch.ts';

/** A shop that is open. */
interface Shop {
  readonly fetch: (request: Request) => Promise<Response>;
  /** Ends its open pages and its connection. */
  close(): Promise<void>;
}

/** The example shop, beside Fauna on the same port. */
export interface MountedExample {
  readonly fetch: Fetch;
  close(): Promise<void>;
}

/**
 * Opens the shop when the first visitor comes, and not before: most who run Fauna never look at it, and it brings React and
 * a connection of its own. It is an application like any other, so it reaches Fauna over HTTP.
 */
export function mountExample({
  host,
  port,
  open,
}: {
  readonly host: string;
  readonly port: number;
  readonly open: (url: string) => Promise<Shop>;
}): MountedExample {
  let opening: Promise<Shop> | undefined;
  let isClosed = false;
  // What failed once may work for the next visitor.
  const tryToOpen = () =>
    open(ownUrl({ host, port })).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
  return {
    async fetch(request) {
      if (isClosed) return new Response(null, { status: 503, headers: { 'Retry-After': '2' } });
      opening ??= tryToOpen();
      return (await opening).fetch(request);
    },
    async close() {
      isClosed = true;
      // A shop that could not open has nothing to close, and must not keep the rest from closing.
      await opening?.then(
        (shop) => shop.close(),
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
