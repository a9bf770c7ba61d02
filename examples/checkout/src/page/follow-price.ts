import type { Price } from '../shop/price.ts';

/** How long to wait when the server turned us away; a cut connection is the browser's own to mend. */
const retryMs = 2_000;

/**
 * Hears of every price over server-sent events until the answer is called.
 *
 * The discount is a flag that browsers never see, so no client SDK can tell that it changed: the shop's server tells. Only
 * ids are in the address; who the shopper is stays on the server. A hidden tab lets go of its connection, since browsers
 * grant only six to an origin over HTTP/1.1.
 */
export function followPrice({
  user,
  delivery,
  onPrice,
}: {
  readonly user: string;
  readonly delivery: string;
  readonly onPrice: (price: Price) => void;
}): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    if (source !== undefined || document.hidden) return;
    const opened = new EventSource(`/example/price?${new URLSearchParams({ user, delivery })}`);
    source = opened;
    opened.addEventListener('price', ({ data }) => onPrice(JSON.parse(data)));
    opened.addEventListener('error', () => {
      if (opened.readyState !== EventSource.CLOSED) return;
      close();
      timer = setTimeout(open, retryMs);
    });
  }

  function close(): void {
    clearTimeout(timer);
    source?.close();
    source = undefined;
  }

  const onVisibility = () => (document.hidden ? close() : open());
  document.addEventListener('visibilitychange', onVisibility);
  open();
  return () => {
    document.removeEventListener('visibilitychange', onVisibility);
    close();
  };
}
