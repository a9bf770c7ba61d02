import type { Fetch } from '../platform/fetch.ts';

/**
 * Hands what lies under `/api/bearer` to those who serve bearers, the pages about the API under `/api/docs` to the
 * dashboard that has them, and the rest of `/api` to the management API.
 */
export function shareApiPrefix({
  api,
  bearerApi,
  pages,
}: {
  readonly api: Fetch;
  readonly bearerApi: Fetch;
  readonly pages: Fetch;
}): Fetch {
  return (request, env) => {
    if (bearerPath.test(request.url)) return bearerApi(request, env);
    return docsPath.test(request.url) ? pages(request, env) : api(request, env);
  };
}

/** Doubled slashes count as one, since clients join base URLs carelessly. */
const bearerPath = /^[a-z]+:\/\/[^/]*\/+api\/+bearer(?:[/?#]|$)/i;
const docsPath = /^[a-z]+:\/\/[^/]*\/+api\/+docs(?:[/?#]|$)/i;
