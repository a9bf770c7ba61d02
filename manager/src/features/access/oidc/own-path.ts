/** So much is carried along while somebody is at the provider: it lies in a cookie. */
const lengthMax = 1000;

/** Where to go after signing in: a page of this dashboard, and its first one for whatever is none. */
export function ownPath(text: string | undefined): string {
  const somewhere = 'http://fauna.invalid';
  if (text === undefined || text.length > lengthMax || !text.startsWith('/')) return '/';
  const url = URL.canParse(text, somewhere) ? new URL(text, somewhere) : undefined;
  // Read as browsers do, "//evil.example", "/\evil.example" and what holds tabs are other origins; "/.//evil.example" is
  // one when it is read again.
  if (url?.origin !== somewhere || url.pathname.startsWith('//') || url.pathname === '/sign-in') return '/';
  return url.pathname + url.search;
}
