/** Where to go after signing in: a page of this dashboard, whatever the address bar says. */
export function nextPage(search: URLSearchParams): string {
  const next = search.get('next') ?? '/';
  // "//evil.example" and "/\evil.example" are other origins to a browser.
  return /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in') ? next : '/';
}

/** The address of the sign-in page that comes back to where the person is. */
export function signInPage({
  pathname,
  search,
}: {
  readonly pathname: string;
  readonly search: string;
}): string {
  const here = pathname + search;
  return here === '/' || pathname === '/sign-in' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(here)}`;
}
