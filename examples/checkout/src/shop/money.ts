const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

/** `$50.75`, or `−$8.25` with a real minus sign; on the server and in the browser alike. */
export function money(cents: number): string {
  return dollars.format(cents / 100).replace('-', '\u2212');
}
