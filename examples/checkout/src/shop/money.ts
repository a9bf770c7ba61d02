const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** `$50.75`, on the server and in the browser alike. */
export function money(cents: number): string {
  return dollars.format(cents / 100);
}
