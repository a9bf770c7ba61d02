/** The one-time token in `#token=…`. It travels in the fragment, which no browser sends and no server logs. */
export function tokenInHash(hash: string): string | undefined {
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token');
  return token === null || token === '' ? undefined : token;
}
