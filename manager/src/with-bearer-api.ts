import type { Fetch } from './platform/fetch.ts';

/** Hands what lies under `/api/bearer` to those who serve bearers, and the rest of `/api` to the management API. */
export function withBearerApi({ api, bearerApi }: { readonly api: Fetch; readonly bearerApi: Fetch }): Fetch {
  return (request, env) => (bearerPath.test(request.url) ? bearerApi(request, env) : api(request, env));
}

/** Doubled slashes count as one, since clients join base URLs carelessly. */
const bearerPath = /^[a-z]+:\/\/[^/]*\/+api\/+bearer(?:[/?#]|$)/i;
