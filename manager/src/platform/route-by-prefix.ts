import type { Fetch } from './fetch.ts';

/**
 * Hands a request to the part of the process that owns its path: `/connect` owns `/connect` and `/connect/…`, but not
 * `/connection`. The same rules stand in front of several processes, in a load balancer.
 */
export function routeByPrefix({
  routes,
  otherwise,
}: {
  readonly routes: readonly { readonly prefixes: readonly string[]; readonly fetch: Fetch }[];
  readonly otherwise: Fetch;
}): Fetch {
  const owners = new Map(
    routes.flatMap(({ prefixes, fetch }) => prefixes.map((prefix) => [prefix, fetch] as const)),
  );
  return (request, env) => (owners.get(firstSegment(request.url)) ?? otherwise)(request, env);
}

/**
 * `/connect` of `http://host/connect/client?x`; doubled slashes count as one, since clients join base URLs carelessly. Cut
 * by hand: this runs before every request, and URL is slow.
 */
function firstSegment(url: string): string {
  let start = url.indexOf('/', url.indexOf('://') + 3);
  if (start === -1) return '/';
  while (url[start + 1] === '/') start += 1;
  for (let end = start + 1; ; end += 1) {
    const character = url[end];
    if (character === undefined || character === '/' || character === '?' || character === '#') {
      return url.slice(start, end);
    }
  }
}
