/**
 * Whether `If-None-Match` names this tag (which stands in quotes). Lists, weak forms, unquoted forms and the suffixes
 * that compressing proxies add are tolerated: all of them name the same content here.
 */
export function matchesEtag(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  const wanted = etag.slice(1, -1);
  return ifNoneMatch.split(',').some((candidate) => {
    const tag = plainEtag(candidate);
    return tag === '*' || tag === wanted;
  });
}

/** A tag without its dress: no `W/`, no quotes, no compression suffix. */
export function plainEtag(text: string): string {
  return text
    .trim()
    .replace(/^W\//i, '')
    .replace(/^"(.*)"$/, '$1')
    .replace(/(-gzip|-br|;gzip|--gzip)$/, '');
}
