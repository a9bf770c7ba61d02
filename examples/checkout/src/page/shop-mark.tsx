/** @jsxRuntime automatic */

/** The shop's sign: an open book that is also a flower. */
export function ShopMark() {
  return (
    <svg className="shop-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M16 27V13c-2.5-3-6.5-4.5-12-4.5V22c5.5 0 9.5 1.500 12 5Z" className="leaf" />
      <path d="M16 27V13c2.5-3 6.5-4.5 12-4.5V22c-5.5 0-9.5 1.500-12 5Z" className="leaf is-light" />
      <circle cx="16" cy="7" r="3" className="bud" />
    </svg>
  );
}
